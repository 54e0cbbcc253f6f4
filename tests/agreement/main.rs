//! Everything that gives a chapter a meaning must give it the same one.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "they are tests, and what was compared is worth knowing"
)]

mod agree;
mod channels;
mod chapters;
mod compare;
mod faults;
mod generate;
mod interpreter;
mod metamorphic;
mod modes;
mod protocols;
mod regressions;
mod twins;

/// Runs deep recursion on a stack that is large enough.
fn on_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(256 << 20).spawn_scoped(scope, work);
        match thread.expect("there is memory for a thread").join() {
            Ok(value) => value,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
