//! The registry of diagnostic codes. To add one, add an entry to the table at the end; numbers are never reused. The
//! explanation is Markdown, written in the entry itself or in a file under `explain/`.
//!
//! | numbers | what they are about |
//! |---|---|
//! | E0001–E0099 | syntax |
//! | E0100–E0199 | names |
//! | E0200–E0299 | types |
//! | E0300–E0399 | constants, sizes, constants given on the command line |
//! | E0400–E0499 | models and checks |
//! | W0001– | warnings |

use std::fmt;
use std::str::FromStr;

/// Builds [`Code`] from entries `Name = E 12, "title", "explanation";`.
macro_rules! codes {
    ($($name:ident = $letter:ident $number:literal, $title:literal, $explanation:expr;)*) => {
        /// The kind of a diagnostic. Displays as `E0012` or `W0003`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $title] $name,)*
        }

        impl Code {
            const ALL: &[Self] = &[$(Self::$name),*];

            /// The letter and the number.
            fn parts(self) -> (&'static str, u16) {
                match self {
                    $(Self::$name => (stringify!($letter), $number),)*
                }
            }

            /// One line that says what kind of problem it is.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self {
                    $(Self::$name => $title,)*
                }
            }

            /// Markdown, a paragraph or two with a wrong and a right example.
            #[must_use]
            pub fn explanation(self) -> &'static str {
                match self {
                    $(Self::$name => $explanation,)*
                }
            }
        }
    };
}

impl Code {
    /// Every code, in the order of the registry.
    #[must_use]
    pub fn all() -> &'static [Self] {
        Self::ALL
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (letter, number) = self.parts();
        write!(f, "{letter}{number:04}")
    }
}

/// The text is not a code of the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownCode;

impl fmt::Display for UnknownCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no diagnostic has this code")
    }
}

impl std::error::Error for UnknownCode {}

impl FromStr for Code {
    type Err = UnknownCode;

    /// Reads `E0012`, `e0012` or `E12`.
    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let mut chars = text.trim().chars();
        let letter = chars.next().ok_or(UnknownCode)?.to_ascii_uppercase();
        let digits = chars.as_str();
        if digits.is_empty() || digits.len() > 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(UnknownCode);
        }
        let number: u16 = digits.parse().map_err(|_| UnknownCode)?;
        let wanted = |code: &Self| {
            let parts = code.parts();
            parts.0.starts_with(letter) && parts.1 == number
        };
        Self::ALL.iter().copied().find(wanted).ok_or(UnknownCode)
    }
}

codes! {
    // ---- syntax ------------------------------------------------------------------------------------------------

    BadCharacter = E 1, "a character that has no meaning in musil", include_str!("explain/E0001.md");
    UnterminatedComment = E 2, "a comment that does not end", include_str!("explain/E0002.md");
    UnterminatedString = E 3, "a string that does not end on its line", include_str!("explain/E0003.md");
    NumberTooLarge = E 4, "a number beyond the limit", include_str!("explain/E0004.md");
    MalformedNumber = E 5, "a number that is not written as digits", include_str!("explain/E0005.md");
    ReservedWord = E 6, "a word that is reserved for a later version", include_str!("explain/E0006.md");
    UnexpectedToken = E 7, "something else was expected here", include_str!("explain/E0007.md");
    MissingSemicolon = E 8, "a semicolon is missing", include_str!("explain/E0008.md");
    UnclosedBracket = E 9, "a bracket that is never closed", include_str!("explain/E0009.md");
    UnmatchedBracket = E 10, "a closing bracket without an opening one", include_str!("explain/E0010.md");
    AssignmentInExpression = E 11, "`=` where `==` compares", include_str!("explain/E0011.md");
    ComparisonAsStatement = E 12, "`==` where `=` assigns", include_str!("explain/E0012.md");
    ForeignOperator = E 13, "an operator of another language", include_str!("explain/E0013.md");
    ChainedComparison = E 14, "comparisons in a chain", include_str!("explain/E0014.md");
    UnknownItem = E 15, "a declaration begins with an unknown word", include_str!("explain/E0015.md");
    MisplacedItem = E 16, "a declaration that belongs elsewhere", include_str!("explain/E0016.md");
    TooDeep = E 17, "nesting beyond the limit", include_str!("explain/E0017.md");
    UnclosedFence = E 18, "a fenced block that does not end", include_str!("explain/E0018.md");
    NoProgram = E 19, "a chapter without a program", include_str!("explain/E0019.md");
    UnnamedExpectation = E 20, "a block for what musilc prints that names no check", include_str!("explain/E0020.md");
    NotAPlace = E 21, "an assignment to something that is not a variable", include_str!("explain/E0021.md");
    NotAStatement = E 22, "an expression where a statement was expected", include_str!("explain/E0022.md");
    NotAType = E 23, "an expression where a type was expected", include_str!("explain/E0023.md");
    TooFewNumbers = E 24, "`min` or `max` of fewer than two numbers", include_str!("explain/E0024.md");
    CannotBeInductive = E 25, "`inductive` where no invariant is declared", include_str!("explain/E0025.md");

    // ---- names -------------------------------------------------------------------------------------------------

    DuplicateName = E 100, "a name that is declared twice", include_str!("explain/E0100.md");
    UnknownName = E 101, "a name that means nothing here", include_str!("explain/E0101.md");
    UnknownType = E 102, "a name that is not a type", include_str!("explain/E0102.md");
    AmbiguousVariant = E 103, "a variant that several enums have", include_str!("explain/E0103.md");
    UnknownField = E 104, "a field or property that a value does not have", include_str!("explain/E0104.md");
    UnknownModel = E 105, "a check or a part of a model that does not exist", include_str!("explain/E0105.md");
    UnknownProperty = E 106, "an expectation about a property that does not exist", include_str!("explain/E0106.md");
    RecursiveDefinition = E 107, "a definition that needs itself", include_str!("explain/E0107.md");
    NotAValue = E 108, "something that is not a value stands where one is needed", include_str!("explain/E0108.md");
    UsedBeforeInit = E 109, "a variable that has no initial value yet", include_str!("explain/E0109.md");
    UnknownConstant = E 110, "`-D` names no constant", include_str!("explain/E0110.md");
    UnknownAction = E 111, "the name of an action that does not exist", include_str!("explain/E0111.md");
    UnknownPart = E 112, "the name of a part that does not exist", include_str!("explain/E0112.md");
    PartIndex = E 113, "an index of a part that is missing, or one too many", include_str!("explain/E0113.md");
    UnknownMessage = E 114, "the name of a message that does not exist", include_str!("explain/E0114.md");
    UnknownNode = E 115, "the name of a node that does not exist", include_str!("explain/E0115.md");
    UnknownTimer = E 116, "the name of a timer that does not exist", include_str!("explain/E0116.md");
    UnknownEnvironment = E 117, "the name of an environment that does not exist", include_str!("explain/E0117.md");
    UnknownLibrary = E 118, "the name of a library that does not exist", include_str!("explain/E0118.md");
    UnknownChannel = E 119, "the name of a channel that does not exist", include_str!("explain/E0119.md");

    // ---- types -------------------------------------------------------------------------------------------------

    TypeMismatch = E 200, "a value of another type than is needed", include_str!("explain/E0200.md");
    CannotInfer = E 201, "a literal whose type is unclear", include_str!("explain/E0201.md");
    WrongArguments = E 202, "arguments or fields that do not fit", include_str!("explain/E0202.md");
    NotExhaustive = E 203, "a `match` that does not cover every value", include_str!("explain/E0203.md");
    NotIterable = E 204, "something that has no members", include_str!("explain/E0204.md");
    NotIndexable = E 205, "an index into something that has no elements by number", include_str!("explain/E0205.md");
    BindingInOr = E 206, "a variable in a pattern with alternatives", include_str!("explain/E0206.md");
    PrimeOutsideStep = E 207, "a primed variable outside a step invariant", include_str!("explain/E0207.md");
    TemporalOutsideProperty = E 208, "temporal logic outside a property", include_str!("explain/E0208.md");
    TemporalAsValue = E 209, "a temporal formula where a value is needed", include_str!("explain/E0209.md");
    ChangingDomain = E 210, "a temporal formula for each member of what changes", include_str!("explain/E0210.md");

    // ---- constants and sizes -----------------------------------------------------------------------------------

    NotConstant = E 300, "a value that must be known beforehand", include_str!("explain/E0300.md");
    ConstantOutOfRange = E 301, "a constant outside its range", include_str!("explain/E0301.md");
    EmptyType = E 302, "a type without values", include_str!("explain/E0302.md");
    TooLarge = E 303, "a type or expression beyond the limits", include_str!("explain/E0303.md");
    ConstantArithmetic = E 304, "constant arithmetic without a result", include_str!("explain/E0304.md");
    ArithmeticTooLarge = E 305, "arithmetic that could leave the numbers", include_str!("explain/E0305.md");

    // ---- models and checks -------------------------------------------------------------------------------------

    MissingInit = E 400, "a variable without an initial value", include_str!("explain/E0400.md");
    ExpectMismatch = E 401, "an expectation of the wrong kind", include_str!("explain/E0401.md");
    TableFile = E 402, "a table's file that cannot be used", include_str!("explain/E0402.md");
    TableState = E 403, "a state of a table that the enum does not have", include_str!("explain/E0403.md");
    RefMismatch = E 404, "`ref` where a value is wanted, or none where a variable is", include_str!("explain/E0404.md");
    OpenModel = E 405, "a check of a model that needs variables of another one", include_str!("explain/E0405.md");
    PartWritten = E 406, "a part's variable that is changed from outside", include_str!("explain/E0406.md");
    BadSync = E 407, "two actions that cannot happen together", include_str!("explain/E0407.md");
    NotHandled = E 408, "a message that a node does not handle", include_str!("explain/E0408.md");
    BadNetwork = E 409, "a network or a channel that cannot be so", include_str!("explain/E0409.md");
    BadFault = E 410, "a fault that cannot happen so", include_str!("explain/E0410.md");
    BadTimer = E 411, "a timer or a clock that cannot be so", include_str!("explain/E0411.md");
    BadReceive = E 412, "a message that cannot be received so", include_str!("explain/E0412.md");
    SendInLoop = E 413, "a loop that sends to a channel that blocks", include_str!("explain/E0413.md");
    ChannelMismatch = E 414, "a channel that is not what a part expects", include_str!("explain/E0414.md");
    NotAnEnvironment = E 420, "a model where an environment is wanted, or the reverse", include_str!("explain/E0420.md");
    NotGiven = E 421, "an environment that changes what it was not given", include_str!("explain/E0421.md");
    NoSource = E 422, "an assumption without a source", include_str!("explain/E0422.md");
    BadAssumption = E 423, "an assumption that does not say what it should, once", include_str!("explain/E0423.md");
    BrokenAtStart = E 424, "a guarantee that an initial state breaks", include_str!("explain/E0424.md");
    NothingGuaranteed = E 425, "a claim of guarantees where there are none", include_str!("explain/E0425.md");

    // ---- warnings ----------------------------------------------------------------------------------------------

    StrayDoc = W 1, "documentation that belongs to nothing", include_str!("explain/W0001.md");
    InitialStatesOnly = W 2, "a property that speaks of the initial states only", include_str!("explain/W0002.md");
    NeverSent = W 3, "a handler of a message that nobody sends", include_str!("explain/W0003.md");
    DeadAction = W 101, "an action that never happens", include_str!("explain/W0101.md");
    VacuousProperty = W 102, "a property that holds vacuously", include_str!("explain/W0102.md");
    UnreachedState = W 103, "a state of a table that is never reached", include_str!("explain/W0103.md");
    IdleEnvironment = W 104, "an action of an environment that never happens", include_str!("explain/W0104.md");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_unique_and_ascending() {
        let parts: Vec<_> = Code::all().iter().map(|code| code.parts()).collect();
        assert!(parts.windows(2).all(|pair| pair[0] < pair[1]), "{parts:?}");
        assert!(parts.iter().all(|(letter, _)| ["E", "W"].contains(letter)));
    }

    #[test]
    fn names_read_back() {
        for &code in Code::all() {
            assert_eq!(code.to_string().parse(), Ok(code));
            assert_eq!(code.to_string().to_lowercase().parse(), Ok(code));
        }
        assert_eq!("E7".parse(), Ok(Code::UnexpectedToken));
        for wrong in ["", "E", "E9999", "7", "X0001", "E00001", "E+1", "é1"] {
            assert_eq!(wrong.parse::<Code>(), Err(UnknownCode), "{wrong}");
        }
    }

    #[test]
    fn every_code_is_explained() {
        for code in Code::all() {
            assert!(!code.title().is_empty() && !code.title().ends_with('.'), "{code}");
            assert!(code.explanation().contains("Right:"), "{code} shows no right example");
        }
    }
}
