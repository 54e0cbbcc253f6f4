//! Which functions call which: none may end up calling itself, and calls are not nested too deep.

use super::Checker;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::FunctionId;
use std::collections::HashMap;

/// How many functions are looked at to name those that call themselves.
const CYCLES_LIMIT: usize = 20;

/// How deep the calls of functions may be nested.
const CALL_DEPTH_LIMIT: usize = 100;

impl Checker<'_> {
    /// Functions are not recursive: each would have to be expanded for ever.
    pub(super) fn check_recursion(&mut self) {
        let mut callees: HashMap<FunctionId, Vec<FunctionId>> = HashMap::new();
        for (caller, callee, _) in &self.calls {
            callees.entry(*caller).or_default().push(*callee);
        }
        let reaches = |from: FunctionId, to: FunctionId| {
            let (mut stack, mut seen) = (vec![from], std::collections::HashSet::new());
            while let Some(function) = stack.pop() {
                if function == to {
                    return true;
                }
                if seen.insert(function) {
                    stack.extend(callees.get(&function).into_iter().flatten());
                }
            }
            false
        };
        // Whoever reaches a function of a cycle that has been reported, and is reached by it, is of the same cycle.
        let mut reported: Vec<FunctionId> = Vec::new();
        for caller in looping(&callees).into_iter().take(CYCLES_LIMIT) {
            if reported.iter().any(|&other| reaches(other, caller) && reaches(caller, other)) {
                continue;
            }
            let calls = self.calls.iter().filter(|(from, to, _)| *from == caller && reaches(*to, caller));
            let Some(&(_, callee, span)) = calls.min_by_key(|(_, _, span)| *span) else { continue };
            reported.push(caller);
            let signature = &self.globals.signatures[caller.0 as usize];
            let mut message = format!("the function `{}` calls itself", signature.name);
            if callee != caller {
                let through = &self.globals.signatures[callee.0 as usize].name;
                message.push_str(&format!(" through `{through}`"));
            }
            let declared = signature.span;
            self.diagnostics.push(
                Diagnostic::error(Code::RecursiveDefinition, span, message)
                    .label(declared, "declared here")
                    .help("use a quantifier, `sum`, `count` or a loop over a finite type"),
            );
        }
        if reported.is_empty() {
            self.check_call_depth(&callees);
        }
    }

    /// Calls are expanded where they stand, and not too deep.
    fn check_call_depth(&mut self, callees: &HashMap<FunctionId, Vec<FunctionId>>) {
        let mut depths: HashMap<FunctionId, usize> = HashMap::new();
        let mut ids: Vec<FunctionId> = callees.keys().copied().collect();
        ids.sort_by_key(|id| id.0);
        for root in ids {
            let mut stack = vec![root];
            while let Some(&function) = stack.last() {
                let inner = callees.get(&function).map_or(&[][..], Vec::as_slice);
                match inner.iter().find(|callee| !depths.contains_key(callee)) {
                    Some(&callee) => stack.push(callee),
                    None => {
                        let deepest = inner.iter().filter_map(|callee| depths.get(callee)).max();
                        depths.insert(function, deepest.map_or(0, |depth| depth + 1));
                        stack.pop();
                    }
                }
            }
        }
        let mut deepest: Vec<FunctionId> =
            depths.iter().filter(|(_, depth)| **depth == CALL_DEPTH_LIMIT + 1).map(|(id, _)| *id).collect();
        deepest.sort_by_key(|id| id.0);
        for id in deepest {
            let signature = &self.globals.signatures[id.0 as usize];
            let message = format!(
                "the calls that `{}` makes are nested more than {CALL_DEPTH_LIMIT} deep",
                signature.name
            );
            let diagnostic = Diagnostic::error(Code::TooLarge, signature.span, message)
                .help("write some of the functions into those that call them");
            self.diagnostics.push(diagnostic);
        }
    }
}

/// The functions that call themselves or end up calling one that does, in order: what remains when those that call only what is gone
/// are taken away again and again (Kahn, "Topological sorting of large networks", Communications of the ACM 5(11), 1962).
fn looping(callees: &HashMap<FunctionId, Vec<FunctionId>>) -> Vec<FunctionId> {
    let mut callers: HashMap<FunctionId, Vec<FunctionId>> = HashMap::new();
    let mut left: HashMap<FunctionId, usize> = HashMap::new();
    for (&caller, inner) in callees {
        left.insert(caller, inner.len());
        inner.iter().for_each(|&callee| callers.entry(callee).or_default().push(caller));
    }
    let mut gone: Vec<FunctionId> =
        callers.keys().copied().filter(|callee| !callees.contains_key(callee)).collect();
    while let Some(callee) = gone.pop() {
        for caller in callers.get(&callee).into_iter().flatten() {
            if let Some(count) = left.get_mut(caller) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    left.remove(caller);
                    gone.push(*caller);
                }
            }
        }
    }
    let mut looping: Vec<FunctionId> = left.into_keys().collect();
    looping.sort_by_key(|id| id.0);
    looping
}
