//! Numbers for people.

use std::time::Duration;

/// `512 B`, `1.5 KiB`, `2.0 GiB`.
pub(crate) fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut size = bytes as f64 / 1024.0;
    let mut unit = UNITS[0];
    for next in &UNITS[1..] {
        if size < 1024.0 {
            break;
        }
        size /= 1024.0;
        unit = next;
    }
    format!("{size:.1} {unit}")
}

/// `950 µs`, `3 ms`, `1.25 s`, `2 min 5 s`.
pub(crate) fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds >= 60 {
        return format!("{} min {} s", seconds / 60, seconds % 60);
    }
    if seconds >= 1 {
        return format!("{:.2} s", time.as_secs_f64());
    }
    match time.as_millis() {
        0 => format!("{} µs", time.as_micros()),
        millis => format!("{millis} ms"),
    }
}

/// Digits in groups of three: `1 234 567`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

/// `1 state`, `19 states`.
pub(crate) fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(number), if number == 1 { "" } else { "s" })
}

/// Three digits and a unit, so that a figure that changes keeps its width: `999`, `45.2 k`, `1.23 M`, `12.3 G`.
pub(crate) fn rough(number: f64) -> String {
    const UNITS: [&str; 5] = ["", " k", " M", " G", " T"];
    let (mut number, mut unit) = (number.max(0.0), 0);
    // What would be rounded to 1000 is one of the next unit.
    while number >= 999.5 && unit + 1 < UNITS.len() {
        number /= 1000.0;
        unit += 1;
    }
    let digits = match number {
        _ if unit == 0 => 0,
        n if n < 9.995 => 2,
        n if n < 99.95 => 1,
        _ => 0,
    };
    format!("{number:.digits$}{}", UNITS[unit])
}

/// States, or whatever they are, a second: `2.50 M states/s`.
pub(crate) fn rate(number: u64, noun: &str, time: Duration) -> String {
    format!("{} {noun}s/s", rough(per_second(number, time)))
}

/// So many in a time, for each second of it.
pub(crate) fn per_second(number: u64, time: Duration) -> f64 {
    number as f64 / time.as_secs_f64().max(1e-6)
}

/// So many bytes for so many states, of each: `12.3`, `345`.
pub(crate) fn bytes_each(bytes: u64, states: u64) -> String {
    let each = bytes as f64 / states.max(1) as f64;
    if each < 99.95 { format!("{each:.1}") } else { count(each.round() as u64) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!(bytes(1023), "1023 B");
        assert_eq!(bytes(1536), "1.5 KiB");
        assert_eq!(bytes(4 << 30), "4.0 GiB");
        assert_eq!(bytes(u64::MAX), "16384.0 PiB");
    }

    #[test]
    fn times() {
        assert_eq!(duration(Duration::from_micros(950)), "950 µs");
        assert_eq!(duration(Duration::from_micros(3_900)), "3 ms");
        assert_eq!(duration(Duration::from_millis(1_250)), "1.25 s");
        assert_eq!(duration(Duration::from_secs(125)), "2 min 5 s");
    }

    #[test]
    fn counts() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_234_567), "1 234 567");
        assert_eq!(counted(1, "state"), "1 state");
    }

    #[test]
    fn rough_figures() {
        for (number, expected) in [
            (0.0, "0"),
            (999.4, "999"),
            (999.6, "1.00 k"),
            (9_996.0, "10.0 k"),
            (45_210.0, "45.2 k"),
            (99_960.0, "100 k"),
            (999_600.0, "1.00 M"),
            (1_234_567.0, "1.23 M"),
            (12_345_678_901.0, "12.3 G"),
            (5e15, "5000 T"),
            (-1.0, "0"),
        ] {
            assert_eq!(rough(number), expected, "{number}");
        }
        assert_eq!(rate(5_000_000, "state", Duration::from_secs(2)), "2.50 M states/s");
        assert_eq!(rate(1, "transition", Duration::ZERO), "1.00 M transitions/s");
    }

    #[test]
    fn bytes_of_each() {
        assert_eq!(bytes_each(123, 10), "12.3");
        assert_eq!(bytes_each(12_345, 10), "1 235");
        assert_eq!(bytes_each(8, 0), "8.0");
    }
}
