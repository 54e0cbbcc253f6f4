//! A thread with a stack for deep recursion, and panics made into messages.

use std::any::Any;
use std::cell::RefCell;
use std::panic::PanicHookInfo;

/// The stack of the thread that compiles and checks a chapter, in bytes.
const STACK: usize = 256 << 20;

thread_local! {
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs `work` on a thread of its own with a large stack, and waits for it.
///
/// # Errors
/// The message of the panic in which it ended, or why there is no thread.
pub(crate) fn on_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, String> {
    std::thread::scope(|scope| {
        let work = || {
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(work))
                .map_err(|payload| panic_message(&*payload))
        };
        match std::thread::Builder::new()
            .name("musilc".to_owned())
            .stack_size(STACK)
            .spawn_scoped(scope, work)
        {
            Ok(thread) => thread.join().unwrap_or_else(|payload| Err(panic_message(&*payload))),
            Err(problem) => Err(format!("no thread: {problem}")),
        }
    })
}

/// The message of a panic that the calling thread caught, with its place if [`keep_panics_quiet`] is in force.
#[must_use]
pub fn panic_message(payload: &(dyn Any + Send)) -> String {
    LAST.with(|last| last.borrow_mut().take()).unwrap_or_else(|| text(payload).to_owned())
}

fn text(payload: &(dyn Any + Send)) -> &str {
    match payload.downcast_ref::<&str>() {
        Some(text) => text,
        None => payload.downcast_ref::<String>().map_or("no message", String::as_str),
    }
}

/// Makes panics write nothing: whoever catches them reports their message and their place in the source.
///
/// For programs that report what [`Status::Broken`](crate::Status::Broken) and [`Error::Internal`](crate::Error::Internal) say.
pub fn keep_panics_quiet() {
    std::panic::set_hook(Box::new(|info: &PanicHookInfo<'_>| {
        let text = text(info.payload());
        let place = info.location().map(|place| format!(" (at {}:{})", place.file(), place.line()));
        let message = format!("{text}{}", place.unwrap_or_default());
        LAST.with(|last| *last.borrow_mut() = Some(message));
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panics_become_messages() {
        assert_eq!(on_large_stack(|| 7), Ok(7));
        let broken: Result<(), String> = on_large_stack(|| panic!("number {}", 7));
        assert!(broken.unwrap_err().contains("number 7"));
    }

    #[test]
    fn the_stack_is_large() {
        fn deep(n: u64) -> u64 {
            let frame = std::hint::black_box([n; 64]);
            if n == 0 { 0 } else { deep(n - 1) + frame[0] - (n - 1) }
        }
        assert_eq!(on_large_stack(|| deep(100_000)), Ok(100_000));
    }
}
