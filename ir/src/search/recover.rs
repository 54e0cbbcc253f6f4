//! Whether from every state some state with a property can be reached (AG EF).

use super::graph::Graph;

/// The first state from which no state of `good` can be reached.
pub(super) fn first_lost(graph: &Graph<'_>, good: &[bool]) -> Option<usize> {
    let mut can = good.to_vec();
    // Backwards along the steps, until nothing changes.
    loop {
        let mut changed = false;
        for letter in &graph.letters {
            if can[letter.to] && !can[letter.from] {
                can[letter.from] = true;
                changed = true;
            }
        }
        if !changed {
            return can.iter().position(|can| !can);
        }
    }
}
