//! How values are written on the command line.

use std::num::NonZeroUsize;
use std::time::Duration;

pub(super) fn constant(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() && !value.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

/// Bytes, with a unit of 1024 or a power of it: `512M`, `2G`, `2GiB`.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let wrong = || "write a number of bytes, or one with K, M, G or T, such as 512M".to_owned();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits).ok_or_else(wrong)?;
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let unit = unit.trim().to_ascii_lowercase();
    let power = match unit.trim_end_matches('b').trim_end_matches('i') {
        "" if unit != "i" && unit != "ib" => 0,
        "k" => 1,
        "m" => 2,
        "g" => 3,
        "t" => 4,
        _ => return Err(wrong()),
    };
    number.checked_mul(1 << (10 * power)).ok_or_else(|| "that is too large".to_owned())
}

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let wrong = || "write a number of seconds, such as 60 or 0.5".to_owned();
    let seconds: f64 = text.parse().map_err(|_| wrong())?;
    Duration::try_from_secs_f64(seconds).ok().filter(|time| !time.is_zero()).ok_or_else(wrong)
}

/// How many threads search.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Threads {
    /// As many as suit the machine.
    #[default]
    Auto,
    /// So many.
    Number(NonZeroUsize),
}

/// More threads than any machine has use for are a slip of the finger.
const MOST_THREADS: usize = 1024;

pub(super) fn threads(text: &str) -> Result<Threads, String> {
    if text == "auto" {
        return Ok(Threads::Auto);
    }
    let number = text.parse::<NonZeroUsize>().ok().filter(|number| number.get() <= MOST_THREADS);
    number.map(Threads::Number).ok_or_else(|| format!("write a number from 1 to {MOST_THREADS}, or auto"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (text, expected) in [
            ("512", 512),
            ("1k", 1024),
            ("512M", 512 << 20),
            ("2G", 2 << 30),
            ("2GiB", 2 << 30),
            ("3MB", 3 << 20),
        ] {
            assert_eq!(size(text), Ok(expected), "{text}");
        }
        for wrong in ["", "M", "-1", "1.5G", "1X", "1i", "99999999999T", "9 9"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn constants_and_seconds() {
        assert_eq!(constant("N=3"), Ok(("N".to_owned(), "3".to_owned())));
        for wrong in ["", "N", "N=", "=3", " = "] {
            assert!(constant(wrong).is_err(), "{wrong}");
        }
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for wrong in ["", "0", "-1", "x", "inf", "NaN", "1e300"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn numbers_of_threads() {
        assert_eq!(threads("auto"), Ok(Threads::Auto));
        assert_eq!(threads("1"), Ok(Threads::Number(NonZeroUsize::MIN)));
        assert!(threads("1024").is_ok());
        for wrong in ["", "0", "-1", "1025", "99999999999999999999", "2.5", "Auto", "all"] {
            assert!(threads(wrong).is_err(), "{wrong}");
        }
    }
}
