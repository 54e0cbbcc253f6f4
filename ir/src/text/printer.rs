//! Systems as text.

use super::layout::{Layout, Lets};
use super::types::Labels;
use super::writer::{Writer, name};
use crate::{
    Claim, Failure, FailureKind, FairUnit, Fairness, Formula, FormulaKind, Param, Predicate, ProbeKind,
    Property, PropertyKind, Shown, Span, Transition, TransitionSystem,
};
use std::fmt::Write;

pub(super) fn print(system: &TransitionSystem) -> String {
    let layout = Layout::new(system);
    let mut printer =
        Printer { system, shared: &layout.shared, labels: Labels::new(system), out: String::new() };
    printer.declarations();
    let mut sections = layout.sections.iter();
    let none = Lets::default();
    let mut next = || sections.next().unwrap_or(&none);
    printer.shared();
    printer.init(next());
    for transition in &system.transitions {
        printer.transition(transition, next());
    }
    printer.terminal(next());
    for property in &system.properties {
        printer.property(property, next());
    }
    printer.probes(next());
    printer.chart();
    printer.out
}

struct Printer<'a> {
    system: &'a TransitionSystem,
    shared: &'a Lets,
    labels: Labels,
    out: String,
}

fn span(span: Span) -> String {
    if span == Span::default() { String::new() } else { format!(" @{}..{}", span.start, span.end) }
}

impl<'a> Printer<'a> {
    fn line(&mut self, indent: usize, text: &str) {
        let _ = writeln!(self.out, "{:indent$}{text}", "");
    }

    fn gap(&mut self) {
        self.out.push('\n');
    }

    fn declarations(&mut self) {
        let system = self.system;
        self.line(0, &format!("system {}", name(&system.name)));
        let types = self.labels.declarations();
        if !types.is_empty() {
            self.gap();
        }
        for declaration in types {
            self.line(0, &declaration);
        }
        if !system.variables.is_empty() {
            self.gap();
        }
        for variable in &system.variables {
            self.line(0, &format!("var {}: {}", name(&variable.name), variable.ty));
        }
        if !system.sources.is_empty() {
            self.gap();
        }
        for source in &system.sources {
            let first = match system.variables.get(source.first.index()) {
                Some(variable) => name(&variable.name),
                None => format!("#{}", source.first.0),
            };
            let ty = self.labels.show(&source.ty);
            self.line(0, &format!("source {}: {ty} from {first}{}", name(&source.name), span(source.span)));
        }
    }

    fn writer(&self, own: &'a Lets, params: &'a [Param]) -> Writer<'a> {
        Writer { system: self.system, shared: self.shared, own, params }
    }

    fn lets(&mut self, lets: &Lets, writer: &Writer<'_>) {
        for &expr in &lets.order {
            let number = lets.names.get(&expr).copied().unwrap_or(0);
            self.line(2, &format!("%{number} = {}", writer.definition(expr, 4)));
        }
    }

    fn shared(&mut self) {
        if self.shared.order.is_empty() {
            return;
        }
        self.gap();
        self.line(0, "shared");
        self.lets(self.shared, &self.writer(self.shared, &[]));
    }

    fn init(&mut self, own: &'a Lets) {
        let init = &self.system.init;
        let writer = self.writer(own, &init.params);
        self.gap();
        self.line(0, &format!("init{}", self.params(&init.params)));
        self.lets(own, &writer);
        self.failures(&init.failures, &writer);
        for &condition in &init.conditions {
            self.line(2, &format!("where {}", writer.root(condition, 4)));
        }
        for (variable, &value) in self.system.variables.iter().zip(&init.values) {
            self.line(2, &format!("{} = {}", name(&variable.name), writer.root(value, 4)));
        }
    }

    fn transition(&mut self, transition: &'a Transition, own: &'a Lets) {
        let writer = self.writer(own, &transition.params);
        let fairness = match transition.fairness {
            Fairness::None => "",
            Fairness::Weak(FairUnit::Instance) => "weak ",
            Fairness::Weak(FairUnit::Whole) => "weak whole ",
            Fairness::Strong(FairUnit::Instance) => "strong ",
            Fairness::Strong(FairUnit::Whole) => "strong whole ",
        };
        let (title, params) = (name(&transition.name), self.params(&transition.params));
        self.gap();
        self.line(0, &format!("{fairness}transition {title}{params}{}", span(transition.span)));
        self.lets(own, &writer);
        self.failures(&transition.guard_failures, &writer);
        self.line(2, &format!("when {}", writer.root(transition.guard, 4)));
        self.failures(&transition.failures, &writer);
        for update in &transition.updates {
            let value = writer.root(update.value, 4);
            self.line(2, &format!("{} := {value}", writer.variable(update.variable)));
        }
    }

    fn terminal(&mut self, own: &'a Lets) {
        let writer = self.writer(own, &[]);
        self.gap();
        self.line(0, "terminal");
        self.predicate(&self.system.terminal, own, &writer);
    }

    fn property(&mut self, property: &Property, own: &'a Lets) {
        let writer = self.writer(own, &[]);
        let kind = match property.kind {
            PropertyKind::Invariant if property.inductive => "inductive invariant",
            PropertyKind::Invariant => "invariant",
            PropertyKind::Step => "step invariant",
            PropertyKind::Reachable => "reachable",
            PropertyKind::Temporal => "temporal",
            PropertyKind::Recoverable => "recoverable",
        };
        self.gap();
        self.line(0, &format!("{kind} {}{}", name(&property.name), span(property.span)));
        self.predicate(&property.predicate, own, &writer);
        self.claim("claim", &property.claim, 2, &writer);
        if let Some(formula) = &property.formula {
            self.formula("formula ", formula, 2, &writer);
        }
    }

    fn formula(&mut self, prefix: &str, formula: &Formula, indent: usize, writer: &Writer<'_>) {
        let at = span(formula.span);
        let word = match &formula.kind {
            FormulaKind::State(claim) => {
                return self.claim(&format!("{prefix}condition{at}"), claim, indent, writer);
            }
            FormulaKind::Taken { transition, args } => {
                let of = self.system.transitions.get(transition.index()).map_or("", |t| &t.name);
                let args: Vec<String> = args
                    .iter()
                    .map(|arg| arg.map_or_else(|| "any".to_owned(), |arg| arg.to_string()))
                    .collect();
                let line = format!("{prefix}taken{at} {} #{} ({})", name(of), transition.0, args.join(", "));
                return self.line(indent, &line);
            }
            FormulaKind::Not(_) => "not",
            FormulaKind::All(_) => "all",
            FormulaKind::Any(_) => "any",
            FormulaKind::Implies(..) => "implies",
            FormulaKind::Iff(..) => "iff",
            FormulaKind::Next(_) => "next",
            FormulaKind::Always(_) => "always",
            FormulaKind::Eventually(_) => "eventually",
            FormulaKind::Until(..) => "until",
            FormulaKind::WeakUntil(..) => "weak_until",
            FormulaKind::Release(..) => "release",
            FormulaKind::LeadsTo(..) => "leads_to",
        };
        self.line(indent, &format!("{prefix}{word}{at} {{"));
        if let FormulaKind::All(parts) | FormulaKind::Any(parts) = &formula.kind {
            for part in parts {
                let prefix = match &part.binding {
                    Some((variable, value)) => format!("part {} = {value:?}: ", name(variable)),
                    None => "part ".to_owned(),
                };
                self.formula(&prefix, &part.formula, indent + 2, writer);
            }
        } else {
            formula.for_each_child(&mut |child| self.formula("", child, indent + 2, writer));
        }
        self.line(indent, "}");
    }

    fn probes(&mut self, own: &'a Lets) {
        if self.system.probes.is_empty() {
            return;
        }
        let writer = self.writer(own, &[]);
        self.gap();
        self.line(0, "probes");
        self.lets(own, &writer);
        for probe in &self.system.probes {
            let kind = match &probe.kind {
                ProbeKind::Antecedent { property } => format!("antecedent {}", name(property)),
                ProbeKind::DeclaredState { table, state } => format!("state {} {}", name(table), name(state)),
                ProbeKind::Horizon => "horizon".to_owned(),
            };
            self.line(2, &format!("{kind}: {}{}", writer.root(probe.expr, 4), span(probe.span)));
        }
    }

    fn chart(&mut self) {
        let Some(chart) = &self.system.chart else { return };
        self.gap();
        for line in super::chart::lines(chart, &self.labels) {
            self.line(0, &line);
        }
    }

    fn predicate(&mut self, predicate: &Predicate, own: &Lets, writer: &Writer<'_>) {
        self.lets(own, writer);
        self.failures(&predicate.failures, writer);
        self.line(2, &format!("holds {}", writer.root(predicate.expr, 4)));
    }

    fn claim(&mut self, keyword: &str, claim: &Claim, indent: usize, writer: &Writer<'_>) {
        let open = if claim.parts.is_empty() && claim.shown.is_empty() { "" } else { " {" };
        let expr = writer.root(claim.expr, indent + 2);
        self.line(indent, &format!("{keyword} {expr}{}{open}", span(claim.span)));
        for part in &claim.parts {
            let keyword = match &part.binding {
                Some((variable, value)) => format!("part {} = {value:?}:", name(variable)),
                None => "part".to_owned(),
            };
            self.claim(&keyword, &part.claim, indent + 2, writer);
        }
        for shown in &claim.shown {
            self.shown(shown, indent + 2, writer);
        }
        if !open.is_empty() {
            self.line(indent, "}");
        }
    }

    fn shown(&mut self, shown: &Shown, indent: usize, writer: &Writer<'_>) {
        let leaves: Vec<String> = shown.leaves.iter().map(|&leaf| writer.root(leaf, indent + 2)).collect();
        let ty = self.labels.show(&shown.ty);
        self.line(indent, &format!("show {ty}: ({}){}", leaves.join(", "), span(shown.span)));
    }

    fn params(&self, params: &[Param]) -> String {
        if params.is_empty() {
            return String::new();
        }
        let one = |param: &Param| format!("{}: {}", name(&param.name), self.labels.show(&param.ty));
        format!("({})", params.iter().map(one).collect::<Vec<_>>().join(", "))
    }

    fn failures(&mut self, failures: &[Failure], writer: &Writer<'_>) {
        for failure in failures {
            let condition = writer.root(failure.condition, 4);
            let showing = match failure.value {
                Some(value) => format!(" showing {}", writer.root(value, 4)),
                None => String::new(),
            };
            let line = format!("fail {} if {condition}{showing}{}", kind(&failure.kind), span(failure.span));
            self.line(2, &line);
        }
    }
}

fn kind(kind: &FailureKind) -> String {
    match kind {
        FailureKind::OutOfRange { lo, hi, target } => format!("out_of_range({lo}..={hi}, {target:?})"),
        FailureKind::BadIndex { lo, hi } => format!("bad_index({lo}..={hi})"),
        FailureKind::DivisionByZero => "division_by_zero".to_owned(),
        FailureKind::EmptySequence => "empty_sequence".to_owned(),
        FailureKind::FullSequence { capacity } => format!("full_sequence({capacity})"),
        FailureKind::FullBag { capacity } => format!("full_bag({capacity})"),
        FailureKind::NotInBag => "not_in_bag".to_owned(),
        FailureKind::NoValue => "no_value".to_owned(),
        FailureKind::NothingToChoose => "nothing_to_choose".to_owned(),
        FailureKind::OtherVariant { variant } => format!("other_variant({})", name(variant)),
    }
}
