//! Machine code in memory, and calls of it. The only place with `unsafe` in it.

#![allow(unsafe_code)]

use cranelift_codegen::Context;
use cranelift_codegen::ir::{AbiParam, Function, Signature, UserFuncName, types};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_frontend::FunctionBuilderContext;
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{FuncId, Module, default_libcall_names};
use std::ops::Range;
use std::sync::Mutex;

/// What all functions look like: they read a state, write to two places, and give a number.
type Entry = unsafe extern "C" fn(*const u64, *mut u64, *mut u64) -> u64;

/// Functions under construction.
pub(super) struct Maker {
    module: JITModule,
    context: Context,
    pub(super) builders: FunctionBuilderContext,
    signature: Signature,
    functions: Vec<FuncId>,
    instructions: usize,
}

/// Finished functions. The code goes when it goes.
pub(super) struct Library {
    entries: Vec<Entry>,
    /// Owns the memory that the entries point to. Behind a lock as it cannot be shared between threads, not that anybody needed it.
    module: Mutex<Option<JITModule>>,
    /// Constants that the code refers to by address.
    _tables: Vec<Box<[i64]>>,
}

/// What functions that write states read and write.
pub(super) struct Shape {
    pub(super) functions: Range<usize>,
    /// Words of a state.
    pub(super) words: usize,
    /// The most words that they write for a state.
    pub(super) room: usize,
    /// The most words that they write beside these.
    pub(super) beside: usize,
    /// Whether what is beside moves along with the states: a word for each.
    pub(super) moving: bool,
}

impl Maker {
    pub(super) fn new() -> Result<Self, String> {
        let mut flags = settings::builder();
        let verify = if cfg!(debug_assertions) { "true" } else { "false" };
        for (name, value) in [
            ("opt_level", "speed"),
            ("is_pic", "false"),
            ("use_colocated_libcalls", "false"),
            ("unwind_info", "false"),
            ("enable_verifier", verify),
        ] {
            flags.set(name, value).map_err(|why| why.to_string())?;
        }
        let isa = cranelift_native::builder()?;
        let isa = isa.finish(settings::Flags::new(flags)).map_err(|why| why.to_string())?;
        if isa.pointer_bits() != 64 {
            return Err("pointers do not have 64 bits".to_owned());
        }
        let module = JITModule::new(JITBuilder::with_isa(isa, default_libcall_names()));
        let mut signature = module.make_signature();
        signature.params = vec![AbiParam::new(types::I64); 3];
        signature.returns = vec![AbiParam::new(types::I64)];
        let context = module.make_context();
        let builders = FunctionBuilderContext::new();
        Ok(Self { module, context, builders, signature, functions: Vec::new(), instructions: 0 })
    }

    /// An empty function.
    pub(super) fn begin(&self) -> Function {
        Function::with_name_signature(UserFuncName::default(), self.signature.clone())
    }

    /// How functions are finished for this machine.
    pub(super) fn target(&self) -> cranelift_codegen::isa::TargetFrontendConfig {
        self.module.target_config()
    }

    /// Compiles a function.
    pub(super) fn end(&mut self, function: Function) -> Result<(), String> {
        self.instructions += function.dfg.num_insts();
        self.context.func = function;
        let id = self.module.declare_anonymous_function(&self.signature).map_err(|why| why.to_string())?;
        self.module.define_function(id, &mut self.context).map_err(|why| format!("{why:?}"))?;
        self.module.clear_context(&mut self.context);
        self.functions.push(id);
        Ok(())
    }

    /// The number of functions so far.
    pub(super) fn len(&self) -> usize {
        self.functions.len()
    }

    /// The number of instructions of intermediate code so far.
    pub(super) fn instructions(&self) -> usize {
        self.instructions
    }

    /// Finishes all functions. They may refer to these tables.
    pub(super) fn finish(mut self, tables: Vec<Box<[i64]>>) -> Result<Library, String> {
        self.module.finalize_definitions().map_err(|why| why.to_string())?;
        let entry = |&id: &FuncId| {
            let code = self.module.get_finalized_function(id);
            // SAFETY: the function was declared with the signature of `Entry`, in the calling convention of the machine, and
            // compiled.
            unsafe { std::mem::transmute::<*const u8, Entry>(code) }
        };
        let entries = self.functions.iter().map(entry).collect();
        Ok(Library { entries, module: Mutex::new(Some(self.module)), _tables: tables })
    }
}

impl Library {
    /// Calls functions that read one state, until one does not give 0; what that gives.
    #[inline]
    pub(super) fn look(&self, functions: Range<usize>, words: usize, state: &[u64]) -> u64 {
        assert!(state.len() >= words, "a state is too short");
        for entry in &self.entries[functions] {
            // SAFETY: these functions read `words` words of the state, and write nothing.
            let found = unsafe { entry(state.as_ptr(), std::ptr::null_mut(), std::ptr::null_mut()) };
            if found != 0 {
                return found;
            }
        }
        0
    }

    /// Calls functions that write states, one after the other: each goes on where the one before ended.
    ///
    /// Gives the number of words written, and whether something was odd.
    #[inline]
    pub(super) fn write(
        &self,
        shape: &Shape,
        state: &[u64],
        out: &mut [u64],
        beside: &mut [u64],
    ) -> (usize, bool) {
        assert!(state.len() >= shape.words, "a state is too short");
        assert!(out.len() >= shape.room && beside.len() >= shape.beside, "no room for the successors");
        let start = out.as_mut_ptr();
        let (mut done, mut odd) = (0, 0);
        for entry in &self.entries[shape.functions.clone()] {
            let skip = if shape.moving { done / shape.words } else { 0 };
            // SAFETY: the functions read `words` words of the state. All of them together write at most `room` words from the start
            // of `out`, whatever the state is: a state for each instance and one past the last. Beside it they write at most
            // `beside` words: those of the transitions, or where these move along, one for each state written.
            let end = unsafe { entry(state.as_ptr(), start.add(done), beside.as_mut_ptr().add(skip)) };
            odd |= end & 1;
            done = ((end & !1) - start as u64) as usize / 8;
        }
        (done, odd != 0)
    }
}

impl Drop for Library {
    fn drop(&mut self) {
        self.entries.clear();
        let module = self.module.get_mut().map(Option::take);
        if let Ok(Some(module)) = module {
            // SAFETY: the entries are gone, nobody else has got at them, and calls of them borrow the library: none is going on.
            unsafe { module.free_memory() };
        }
    }
}
