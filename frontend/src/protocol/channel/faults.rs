//! What may go wrong with a channel, as actions of the model that declares it.

use super::super::faults::{left, spending};
use super::super::tree::Tree;
use super::super::wire::Hidden;
use super::Writer;
use crate::ast::{
    Action, ActionParam, Arg, ChannelFault, ChannelFaultKind, Domain, Expr, ExprKind, Field, Function,
    ModelItem, ModelItemKind, Pattern, PatternKind, Stmt, TypeKind,
};
use crate::diagnostic::{Code, Diagnostic};
use musilc_ir::{Fairness, Span};

impl<'a> Writer<'_, 'a> {
    /// What a fault or its budget is called: `c.lose`, and `c.lose_2` for the second one of a kind.
    fn title(&self, channel: usize, fault: &ChannelFault, plain: &str) -> String {
        let channel = &self.channels[channel];
        let same = |other: &&ChannelFault| {
            std::mem::discriminant(&other.kind) == std::mem::discriminant(&fault.kind)
        };
        let before = channel.faults.iter().filter(same).take_while(|other| *other != fault).count();
        let name = &channel.name.text;
        if before == 0 { format!("{name}.{plain}") } else { format!("{name}.{plain}_{}", before + 1) }
    }

    /// The variable that counts how often a fault may still happen.
    pub(super) fn budget_of(&self, channel: usize, fault: &ChannelFault) -> Option<String> {
        fault.budget.as_ref()?;
        let plain = match fault.kind {
            ChannelFaultKind::Lose(_) => "losses_left",
            ChannelFaultKind::Duplicate(_) => "duplicates_left",
            ChannelFaultKind::Corrupt { .. } => "corruptions_left",
        };
        Some(self.title(channel, fault, plain))
    }

    /// The variables that the faults of a channel need.
    pub(super) fn budgets(&self, channel: usize) -> Vec<Hidden> {
        let faults = self.channels[channel].faults.iter();
        let budgets = faults.filter_map(|fault| {
            Some(left(self.budget_of(channel, fault)?, fault.budget.as_ref()?, self.params))
        });
        budgets.collect()
    }

    /// The fault by which a message is received and stays, where it depends on the message or on the state.
    fn conditional_copies(&self, channel: usize) -> Option<(&'a ChannelFault, Vec<Expr>)> {
        let super::declared::Copies::Limited(fault) = self.channels[channel].copies() else { return None };
        let ChannelFaultKind::Duplicate(pattern) = &fault.kind else { return None };
        let at = Tree(fault.span);
        let conditions =
            pattern.iter().map(|pattern| matches(at, at.var(message_of(self, channel)), pattern));
        let conditions: Vec<Expr> = conditions.chain(fault.guard.clone()).collect();
        (!conditions.is_empty()).then_some((fault, conditions))
    }

    /// A function that says which messages may stay: in it the names of the fault mean what they mean in the model, and not in the action
    /// that receives.
    pub(super) fn may_be_copied(&self, channel: usize) -> Option<ModelItem> {
        let (fault, conditions) = self.conditional_copies(channel)?;
        let at = Tree(fault.span);
        let declared = &self.channels[channel];
        let indices = declared
            .indices
            .iter()
            .filter_map(|(name, ty)| Some(Field { name: (*name)?.clone(), ty: ty.clone() }));
        let message = Field { name: at.name(message_of(self, channel)), ty: declared.message.clone() };
        let function = Function {
            name: at.name(may_be_copied(&declared.name.text)),
            params: indices.chain([message]).collect(),
            result: at.ty(TypeKind::Bool),
            body: at.all(conditions)?,
        };
        Some(ModelItem { doc: None, span: fault.span, kind: ModelItemKind::Fn(function) })
    }

    /// The call of this function.
    pub(super) fn asks_whether_copied(
        &self,
        at: Tree,
        channel: usize,
        indices: &[Expr],
        message: Expr,
    ) -> Option<Expr> {
        self.conditional_copies(channel)?;
        let args = indices.iter().cloned().chain([message]).map(|value| Arg { name: None, value });
        let callee = crate::ast::Path {
            qualifier: None,
            name: at.name(may_be_copied(&self.channels[channel].name.text)),
        };
        Some(at.expr(ExprKind::Call { callee, args: args.collect() }))
    }

    /// The faults of a channel that this model declares.
    pub(super) fn faults(&mut self, channel: usize, written: &mut Vec<ModelItem>) {
        let declared = &self.channels[channel];
        let (name, network) = (declared.name, &declared.network);
        let mut actions: Vec<Action> = Vec::new();
        let mut wrong: Vec<Diagnostic> = Vec::new();
        let anyway = |span: Span, word: &str, does: &str, fault: &str| {
            Diagnostic::error(Code::BadFault, span, format!("a {word} channel {does} messages anyway")).help(
                format!("take `{word}` away where that has a budget or a condition, or `{fault}` where it has none"),
            )
        };
        if network.lossy {
            let all = ChannelFault {
                span: name.span,
                fairness: Fairness::None,
                kind: ChannelFaultKind::Lose(None),
                budget: None,
                guard: None,
            };
            actions.push(self.happens(channel, &all, None));
        }
        let mut copied = false;
        for fault in declared.faults {
            match &fault.kind {
                ChannelFaultKind::Lose(_) if network.lossy => {
                    wrong.push(anyway(fault.span, "lossy", "loses", "lose"));
                }
                ChannelFaultKind::Duplicate(_) if network.duplicating => {
                    wrong.push(anyway(fault.span, "duplicating", "duplicates", "duplicate"));
                }
                ChannelFaultKind::Duplicate(_) if copied => wrong.push(
                    Diagnostic::error(Code::BadFault, fault.span, "this channel has a `duplicate` already")
                        .help("say in one of them which messages are meant, and how often it may happen"),
                ),
                ChannelFaultKind::Duplicate(_) => {
                    if fault.fairness != Fairness::None {
                        let message = "that a message is received again is never fair";
                        let help = "leave `fair` out here";
                        wrong.push(Diagnostic::error(Code::BadFault, fault.span, message).help(help));
                    }
                    copied = true;
                }
                ChannelFaultKind::Lose(_) => actions.push(self.happens(channel, fault, None)),
                ChannelFaultKind::Corrupt { into, .. } => {
                    actions.push(self.happens(channel, fault, Some(into)))
                }
            }
        }
        wrong.into_iter().for_each(|diagnostic| self.report(diagnostic));
        written.extend(actions.into_iter().map(|action| ModelItem {
            doc: None,
            span: action.name.span,
            kind: ModelItemKind::Action(action),
        }));
    }

    /// The action by which a message is lost, or replaced by another one.
    fn happens(&self, channel: usize, fault: &ChannelFault, into: Option<&Expr>) -> Action {
        let at = Tree(fault.span);
        let declared = &self.channels[channel];
        let (plain, pattern) = match &fault.kind {
            ChannelFaultKind::Lose(pattern) => ("lose", pattern.as_ref()),
            ChannelFaultKind::Duplicate(pattern) => ("duplicate", pattern.as_ref()),
            ChannelFaultKind::Corrupt { pattern, .. } => ("corrupt", Some(pattern)),
        };
        let mut params: Vec<ActionParam> = Vec::new();
        let mut indices: Vec<Expr> = Vec::new();
        for (name, ty) in &declared.indices {
            let Some(name) = name else { continue };
            params.push(ActionParam { name: (*name).clone(), domain: Domain::Type(ty.clone()) });
            indices.push(at.var(name.text.clone()));
        }
        let store = declared.store(at, &indices);
        let (message, mut guard) = if declared.is_queue() {
            (None, vec![store.waits()])
        } else {
            let name = at.name(message_of(self, channel));
            params.push(ActionParam { name: name.clone(), domain: Domain::Expr(store.place.clone()) });
            (Some(at.var(name.text)), Vec::new())
        };
        let concerned = message.clone().unwrap_or_else(|| store.head());
        guard.extend(pattern.map(|pattern| matches(at, concerned, pattern)));
        guard.extend(fault.guard.clone());
        let (left, spend) = self.budget_of(channel, fault).map(|left| spending(at, &left)).unzip();
        guard.extend(left);
        let body: Vec<Stmt> = match into {
            Some(into) => store.replace(message, into.clone()),
            None => vec![store.take(message)],
        };
        Action {
            fairness: fault.fairness,
            name: at.name(self.title(channel, fault, plain)),
            params,
            guard: at.all(guard),
            body: body.into_iter().chain(spend).collect(),
        }
    }
}

/// What the message is called that something happens to: nothing that can be written, so that it hides no name in a condition.
fn message_of(writer: &Writer<'_, '_>, channel: usize) -> String {
    format!("{}.message", writer.channels[channel].name.text)
}

/// The function that says whether a message may be received and stay.
fn may_be_copied(channel: &str) -> String {
    format!("{channel}.duplicates")
}

/// Whether a value matches; the name of a message alone means that its fields may be anything.
fn matches(at: Tree, value: Expr, pattern: &Pattern) -> Expr {
    let kind = match &pattern.kind {
        PatternKind::Path(path) if path.name.text != "None" => {
            PatternKind::Call { path: path.clone(), args: Vec::new(), rest: true }
        }
        other => other.clone(),
    };
    at.expr(ExprKind::Is(Box::new(value), Box::new(Pattern { span: pattern.span, kind })))
}
