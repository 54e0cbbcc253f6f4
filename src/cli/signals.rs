//! Interruption by the user.

use musilc::Exit;
use musilc::ir::Interrupt;

/// A flag that Ctrl-C raises; a second Ctrl-C ends the process at once.
pub(crate) fn interrupt() -> Interrupt {
    let interrupt = Interrupt::default();
    let raised = interrupt.clone();
    let handler = move || {
        if raised.is_raised() {
            std::process::exit(i32::from(Exit::Interrupted.code()));
        }
        raised.raise();
    };
    // Without a handler, Ctrl-C still ends the process; only the partial report is lost.
    let _ = ctrlc::set_handler(handler);
    interrupt
}
