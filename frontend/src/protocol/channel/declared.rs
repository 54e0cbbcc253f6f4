//! The channels that a model declares, or that it is given by the model around.

use super::super::options::{Carrier, Network};
use super::super::store::{Store, store_type};
use super::super::tree::Tree;
use crate::ast::{
    Channel, ChannelFault, ChannelFaultKind, Expr, ExprKind, ModelParam, Name, NetworkOption, TypeExpr,
    TypeKind,
};
use crate::diagnostic::{Code, Diagnostic};
use std::collections::HashSet;

/// A channel as a model sees it.
pub(super) struct Declared<'a> {
    pub(super) name: &'a Name,
    pub(super) message: &'a TypeExpr,
    /// Which of several: what an index is called, where it says so, and what it ranges over.
    pub(super) indices: Vec<(Option<&'a Name>, TypeExpr)>,
    pub(super) network: Network,
    pub(super) faults: &'a [ChannelFault],
    /// Whether it is a parameter, and belongs to the model around.
    pub(super) given: bool,
}

/// Whether a message may be received and stay where it is.
#[derive(Clone, Copy)]
pub(super) enum Copies<'a> {
    Never,
    Always,
    /// As far as a fault says.
    Limited(&'a ChannelFault),
}

impl<'a> Declared<'a> {
    /// What a model declares.
    pub(super) fn of_item(channel: &'a Channel, diagnostics: &mut Vec<Diagnostic>) -> Self {
        Self {
            name: &channel.name,
            message: &channel.message,
            indices: channel.indices.iter().map(|index| (Some(&index.name), index.ty.clone())).collect(),
            network: Network::new(Carrier::Channel, &channel.options, diagnostics),
            faults: &channel.faults,
            given: false,
        }
    }

    /// What a parameter of a model stands for, if it is a channel. `constants` are the names of constants.
    pub(super) fn of_param(
        param: &'a ModelParam,
        constants: &HashSet<String>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let (mut ty, mut indices) = (&param.ty, Vec::new());
        while let TypeKind::Array { element, index } = &ty.kind {
            indices.push((None, as_type(index, constants)));
            ty = element;
        }
        let TypeKind::Channel(message, options) = &ty.kind else { return None };
        for option in options {
            if let NetworkOption::Word(word) = option
                && word.text == "lossy"
            {
                let message = "only the model that declares a channel loses its messages";
                let help = "leave `lossy` out here, and write it where the channel is declared";
                diagnostics.push(Diagnostic::error(Code::BadNetwork, word.span, message).help(help));
            }
        }
        let network = Network::new(Carrier::Channel, options, diagnostics);
        Some(Self { name: &param.name, message, indices, network, faults: &[], given: true })
    }

    pub(super) fn is_queue(&self) -> bool {
        self.network.is_queued()
    }

    /// The type of the variable.
    pub(super) fn ty(&self) -> TypeExpr {
        let at = Tree(self.message.span);
        let one = store_type(at, &self.network, self.message.clone());
        self.indices.iter().rev().fold(one, |element, (_, index)| at.array(element, index.clone()))
    }

    /// The value of the variable where nothing has been sent.
    pub(super) fn empty(&self) -> Expr {
        let at = Tree(self.name.span);
        at.expr(if self.is_queue() {
            ExprKind::ArrayLiteral(Vec::new())
        } else {
            ExprKind::SetLiteral(Vec::new())
        })
    }

    /// The channel, or one of several.
    pub(super) fn store(&self, at: Tree, indices: &[Expr]) -> Store<'_> {
        let place = indices
            .iter()
            .fold(at.var(self.name.text.clone()), |array, index| at.index(array, index.clone()));
        Store { at, network: &self.network, place }
    }

    pub(super) fn copies(&self) -> Copies<'a> {
        if self.network.duplicating {
            return Copies::Always;
        }
        let faults: &'a [ChannelFault] = self.faults;
        let fault = faults.iter().find(|fault| matches!(fault.kind, ChannelFaultKind::Duplicate(_)));
        fault.map_or(Copies::Never, Copies::Limited)
    }
}

/// The index of an array as a type: a length n is `0..n`.
fn as_type(index: &TypeExpr, constants: &HashSet<String>) -> TypeExpr {
    let at = Tree(index.span);
    let length = match &index.kind {
        TypeKind::Length(length) => (**length).clone(),
        TypeKind::Named(name) if constants.contains(&name.text) => at.var(name.text.clone()),
        _ => return index.clone(),
    };
    at.ty(TypeKind::Range { lo: Box::new(at.int(0)), hi: Box::new(length), closed: false })
}
