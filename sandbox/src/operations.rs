//! The operations of both registers: their names, what kind they are, and who may use them.

use serde::Serialize;

/// One of the two jurisdictions served here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Jurisdiction {
    Province,
    Federal,
}

impl Jurisdiction {
    /// How it is written in settings, logs and metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Province => "province",
            Self::Federal => "federal",
        }
    }

    /// Reads [`Self::name`] back.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Province, Self::Federal].into_iter().find(|it| it.name() == name)
    }
}

/// What an operation does to its register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Command,
    Undo,
    Query,
    Stream,
}

/// Whose certificate opens an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenTo {
    Worker,
    Hospital,
    Registrar,
}

/// Whether the engine uses an operation, and so whether it is listed for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    Listed,
    Unlisted,
}

macro_rules! operations {
    ($($name:ident: $jurisdiction:ident, $kind:ident, $open_to:ident, $listing:ident;)+) => {
        /// An operation, named as its rpc.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Operation { $($name,)+ }

        impl Operation {
            /// All operations, in the order of a case.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The rpc's name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)+ }
            }

            /// Which register offers it.
            #[must_use]
            pub const fn jurisdiction(self) -> Jurisdiction {
                match self { $(Self::$name => Jurisdiction::$jurisdiction,)+ }
            }

            /// What it does to the register.
            #[must_use]
            pub const fn kind(self) -> Kind {
                match self { $(Self::$name => Kind::$kind,)+ }
            }

            /// Whose certificate opens it.
            #[must_use]
            pub const fn open_to(self) -> OpenTo {
                match self { $(Self::$name => OpenTo::$open_to,)+ }
            }

            /// Whether it is listed by `newborn sandbox operations`.
            #[must_use]
            pub const fn listing(self) -> Listing {
                match self { $(Self::$name => Listing::$listing,)+ }
            }
        }
    };
}

operations! {
    SubmitStatement: Province, Command, Worker, Listed;
    FindNoticeMatches: Province, Query, Worker, Listed;
    BindNotice: Province, Command, Worker, Listed;
    RegisterBirth: Province, Command, Worker, Listed;
    GetRegistration: Province, Query, Worker, Listed;
    UnbindNotice: Province, Undo, Worker, Listed;
    WithdrawStatement: Province, Undo, Worker, Listed;
    PayFee: Province, Command, Worker, Listed;
    GetFee: Province, Query, Worker, Listed;
    RefundFee: Province, Undo, Worker, Listed;
    OrderCertificate: Province, Command, Worker, Listed;
    GetOrder: Province, Query, Worker, Listed;
    UpdateDeliveryAddress: Province, Command, Worker, Listed;
    CancelOrder: Province, Undo, Worker, Listed;
    WatchRegistryEvents: Province, Stream, Worker, Listed;
    SubmitNotice: Province, Command, Hospital, Listed;
    AmendNotice: Province, Command, Hospital, Listed;
    GetNotice: Province, Query, Hospital, Unlisted;
    QuoteFees: Province, Query, Worker, Unlisted;
    RequestCancellation: Province, Command, Registrar, Unlisted;
    SubmitSinApplication: Federal, Command, Worker, Listed;
    GetSinApplication: Federal, Query, Worker, Listed;
    UpdateMailingAddress: Federal, Command, Worker, Listed;
    WithdrawSinApplication: Federal, Undo, Worker, Listed;
    WatchSinEvents: Federal, Stream, Worker, Listed;
}

impl Operation {
    /// Reads [`Self::name`] back, for one register.
    #[must_use]
    pub fn named(jurisdiction: Jurisdiction, name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|it| it.jurisdiction() == jurisdiction && it.name() == name)
    }

    /// The operations of one register that the engine uses.
    pub fn listed(jurisdiction: Jurisdiction) -> impl Iterator<Item = Self> {
        Self::ALL
            .iter()
            .copied()
            .filter(move |it| it.jurisdiction() == jurisdiction && it.listing() == Listing::Listed)
    }
}
