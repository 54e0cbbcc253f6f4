//! Names with blanks.
//!
//! Where there are several instances of a part of a model, a name stands for all of them: `cache[_].read` is the action `read` of each
//! `cache`. In the name of a transition, the blanks take the transition's first parameters in order; in that of a variable of the
//! chapter, the indices of its outermost arrays.

/// What stands for an index.
const BLANK: &str = "[_]";

/// How many blanks a name has.
#[must_use]
pub fn blanks(name: &str) -> usize {
    name.matches(BLANK).count()
}

/// The name with its first blanks filled in.
#[must_use]
pub fn fill(name: &str, values: impl IntoIterator<Item = String>) -> String {
    let mut values = values.into_iter();
    let mut pieces = name.split(BLANK);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match values.next() {
            Some(value) => out.extend(["[", &value, "]"]),
            None => out.push_str(BLANK),
        }
        out.push_str(piece);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_are_filled_in_order() {
        let values = |n: u32| (0..n).map(|i| i.to_string());
        assert_eq!(blanks("a[_].send + b[_].receive"), 2);
        assert_eq!(fill("a[_].send + b[_].receive", values(2)), "a[0].send + b[1].receive");
        assert_eq!(fill("a[_].b[_].x", values(1)), "a[0].b[_].x");
        assert_eq!(fill("x", values(3)), "x");
    }
}
