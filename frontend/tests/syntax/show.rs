//! Trees as S-expressions, for tests only.

use musilc_frontend::ast::*;

/// An expression.
pub(crate) fn expr(e: &Expr) -> String {
    match &e.kind {
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Int(value) => value.to_string(),
        ExprKind::Path(p) => path(p),
        ExprKind::Call { callee, args } => format!("(call {}{})", path(callee), each(args, arg)),
        ExprKind::Unary(op, inner) => {
            let op = match op {
                UnaryOp::Not => "!",
                UnaryOp::Neg => "-",
                UnaryOp::Always => "always",
                UnaryOp::Eventually => "eventually",
                UnaryOp::Next => "next",
            };
            format!("({op} {})", expr(inner))
        }
        ExprKind::Binary(op, left, right) => format!("({} {} {})", operator(*op), expr(left), expr(right)),
        ExprKind::Field(inner, name) => format!("(. {} {})", expr(inner), name.text),
        ExprKind::Method { receiver, name, args } => {
            format!("(method {} {}{})", expr(receiver), name.text, each(args, expr))
        }
        ExprKind::Index(inner, index) => format!("(index {} {})", expr(inner), expr(index)),
        ExprKind::Prime(inner) => format!("(' {})", expr(inner)),
        ExprKind::If { cond, then, otherwise } => {
            format!("(if {} {} {})", expr(cond), expr(then), expr(otherwise))
        }
        ExprKind::Match { subject, arms } => {
            let arm = |arm: &ExprArm| format!("({} {})", pattern(&arm.pattern), expr(&arm.value));
            format!("(match {}{})", expr(subject), each(arms, arm))
        }
        ExprKind::Is(inner, p) => format!("(is {} {})", expr(inner), pattern(p)),
        ExprKind::Quantified { kind, binders, body } => {
            format!("({}{} {})", quantifier(*kind), each(binders, binder), expr(body))
        }
        ExprKind::Extremum { kind, args } => format!("({}-of{})", quantifier(*kind), each(args, expr)),
        ExprKind::SetLiteral(items) => format!("(set{})", each(items, expr)),
        ExprKind::SetComprehension { binder: b, filter } => {
            let filter = filter.as_ref().map_or(String::new(), |filter| format!(" {}", expr(filter)));
            format!("(those {}{filter})", binder(b))
        }
        ExprKind::ArrayLiteral(items) => format!("(array{})", each(items, expr)),
        ExprKind::Range { lo, hi, closed } => range(lo, hi, *closed),
        ExprKind::Instance { about, action, args } => {
            let args = args.as_ref().map_or(String::new(), |args| format!(" of{}", each(args, arg)));
            let about = if *about == About::Enabled { "enabled" } else { "taken" };
            format!("({about} {}{args})", member(action))
        }
        ExprKind::Wildcard => "_".to_owned(),
        ExprKind::Ref(place) => format!("(ref {})", expr(place)),
        ExprKind::Paren(inner) => format!("(paren {})", expr(inner)),
        ExprKind::Error => "ERROR".to_owned(),
    }
}

/// A type.
pub(crate) fn ty(t: &TypeExpr) -> String {
    match &t.kind {
        TypeKind::Bool => "bool".to_owned(),
        TypeKind::Range { lo, hi, closed } => range(lo, hi, *closed),
        TypeKind::Named(name) => name.text.clone(),
        TypeKind::Length(length) => format!("(length {})", expr(length)),
        TypeKind::Option(inner) => format!("(Option {})", ty(inner)),
        TypeKind::Array { element, index } => format!("(array {} {})", ty(element), ty(index)),
        TypeKind::Set(inner) => format!("(Set {})", ty(inner)),
        TypeKind::Bag(inner, limit) => format!("(Bag {} {})", ty(inner), expr(limit)),
        TypeKind::Seq(inner, limit) => format!("(Seq {} {})", ty(inner), expr(limit)),
        TypeKind::Channel(message, options) => format!("(channel {}{})", ty(message), each(options, option)),
        TypeKind::Error => "ERROR".to_owned(),
    }
}

/// A statement.
pub(crate) fn stmt(s: &Stmt) -> String {
    match &s.kind {
        StmtKind::Let { name, value } => format!("(let {} {})", name.text, expr(value)),
        StmtKind::Assign { place, value } => format!("(= {} {})", expr(place), expr(value)),
        StmtKind::Call(call) => expr(call),
        StmtKind::Communicate(what) => communication(what),
        StmtKind::If { cond, then, otherwise } => {
            let otherwise = if otherwise.is_empty() {
                String::new()
            } else {
                format!(" (else{})", each(otherwise, stmt))
            };
            format!("(if {} (then{}){otherwise})", expr(cond), each(then, stmt))
        }
        StmtKind::Match { subject, arms } => {
            let arm = |arm: &StmtArm| format!("({}{})", pattern(&arm.pattern), each(&arm.body, stmt));
            format!("(match {}{})", expr(subject), each(arms, arm))
        }
        StmtKind::For { name, domain: d, body } => {
            format!("(for {} {}{})", name.text, domain(d), each(body, stmt))
        }
        StmtKind::Error => "ERROR".to_owned(),
    }
}

/// A statement of a node.
fn communication(what: &Communication) -> String {
    let sent = |message: &Name, args: &[Arg]| format!("{}{}", message.text, each(args, arg));
    match what {
        Communication::Send { value, to } => format!("(send {} (to {}))", expr(value), expr(to)),
        Communication::Broadcast { value, to } => format!("(send {} (to all {}))", expr(value), to.text),
        Communication::Reply { message, args } => format!("(reply {})", sent(message, args)),
        Communication::Set(timer, None) => format!("(set {})", timer.text),
        Communication::Set(timer, Some(delay)) => {
            let delay = match &delay.latest {
                Latest::Same => expr(&delay.least),
                Latest::Until(latest, closed) => range(&delay.least, latest, *closed),
                Latest::Never => format!("(from {})", expr(&delay.least)),
            };
            format!("(set {} (in {delay}))", timer.text)
        }
        Communication::Cancel(timer) => format!("(cancel {})", timer.text),
    }
}

/// A word about a channel.
pub(crate) fn option(option: &NetworkOption) -> String {
    match option {
        NetworkOption::Word(name) => name.text.clone(),
        NetworkOption::Capacity(_, most) => format!("(capacity {})", expr(most)),
        NetworkOption::WhenFull(name) => format!("(full {})", name.text),
        NetworkOption::Fair(fairness, _) => format!("{fairness:?}"),
    }
}

/// A pattern.
pub(crate) fn pattern(p: &Pattern) -> String {
    match &p.kind {
        PatternKind::Wildcard => "_".to_owned(),
        PatternKind::Path(p) => path(p),
        PatternKind::Int(value) => value.to_string(),
        PatternKind::Bool(value) => value.to_string(),
        PatternKind::Call { path: p, args, rest } => {
            let arg = |arg: &PatternArg| match &arg.name {
                Some(name) => format!("{}: {}", name.text, pattern(&arg.pattern)),
                None => pattern(&arg.pattern),
            };
            format!("({}{}{})", path(p), each(args, arg), if *rest { " .." } else { "" })
        }
        PatternKind::Or(all) => format!("(or{})", each(all, pattern)),
        PatternKind::Error => "ERROR".to_owned(),
    }
}

/// What a bound variable ranges over.
pub(crate) fn domain(d: &Domain) -> String {
    match d {
        Domain::Type(t) => format!("type:{}", ty(t)),
        Domain::Expr(e) => expr(e),
        Domain::Channel(e) => format!("from:{}", expr(e)),
    }
}

fn binder(b: &Binder) -> String {
    format!("[{} {}]", b.name.text, domain(&b.domain))
}

fn arg(a: &Arg) -> String {
    match &a.name {
        Some(name) => format!("{}: {}", name.text, expr(&a.value)),
        None => expr(&a.value),
    }
}

/// An action or property, and the parts on the way to it.
pub(crate) fn member(path: &MemberPath) -> String {
    let parts = path.parts.iter().map(|(part, index)| match index {
        Some(index) => format!("{}[{}].", part.text, expr(index)),
        None => format!("{}.", part.text),
    });
    parts.chain([path.name.text.clone()]).collect()
}

fn path(p: &Path) -> String {
    match &p.qualifier {
        Some(qualifier) => format!("{}::{}", qualifier.text, p.name.text),
        None => p.name.text.clone(),
    }
}

fn range(lo: &Expr, hi: &Expr, closed: bool) -> String {
    format!("({} {} {})", if closed { "..=" } else { ".." }, expr(lo), expr(hi))
}

/// The items, each with a blank before it.
pub(crate) fn each<T>(items: &[T], show: impl Fn(&T) -> String) -> String {
    items.iter().map(|item| format!(" {}", show(item))).collect()
}

fn operator(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Iff => "<==>",
        BinaryOp::LeadsTo => "~>",
        BinaryOp::Until => "until",
        BinaryOp::Release => "release",
        BinaryOp::WeakUntil => "weak-until",
        BinaryOp::Implies => "==>",
        BinaryOp::Or => "||",
        BinaryOp::And => "&&",
        BinaryOp::Eq => "==",
        BinaryOp::Ne => "!=",
        BinaryOp::Lt => "<",
        BinaryOp::Le => "<=",
        BinaryOp::Gt => ">",
        BinaryOp::Ge => ">=",
        BinaryOp::In => "in",
        BinaryOp::Union => "|",
        BinaryOp::Intersection => "&",
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::Rem => "%",
    }
}

fn quantifier(kind: Quantifier) -> &'static str {
    match kind {
        Quantifier::Forall => "forall",
        Quantifier::Exists => "exists",
        Quantifier::Count => "count",
        Quantifier::Sum => "sum",
        Quantifier::Min => "min",
        Quantifier::Max => "max",
        Quantifier::Choose => "choose",
    }
}
