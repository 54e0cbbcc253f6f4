//! Typed four-byte indices and the vectors that they index.

/// Declares a typed index.
macro_rules! index_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub struct $name(pub u32);

        impl $name {
            /// The index as a position in a vector.
            #[must_use]
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl From<usize> for $name {
            fn from(index: usize) -> Self {
                Self(u32::try_from(index).unwrap_or_else(|_| unreachable!("more than 2^32 of one kind")))
            }
        }
    };
}

index_type!(
    /// An expression of a [`Context`](crate::Context). Children have smaller ids than their parents.
    ExprId
);
index_type!(
    /// A state variable of a transition system.
    VarId
);
index_type!(
    /// A transition of a transition system.
    TransitionId
);
index_type!(
    /// A property of a transition system.
    PropertyId
);
