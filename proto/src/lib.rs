//! The contracts of the two jurisdictions, as generated code and nothing else.
//!
//! What a message means, and what a second identical call does, is written in the `.proto` files under `newborn/`: a
//! jurisdiction implements those and needs no other part of this repository.

#![allow(clippy::doc_lazy_continuation, clippy::large_enum_variant)] // generated code

/// What both jurisdictions share: context, names, addresses, outcomes of an undo, events, announced windows.
pub mod common {
    pub mod v1 {
        tonic::include_proto!("newborn.common.v1");
    }
}

/// The province: statements, notices, registrations and the events of its registers.
pub mod registry {
    pub mod v1 {
        tonic::include_proto!("newborn.registry.v1");
    }
}

/// The province: certificate orders and their fees.
pub mod certificates {
    pub mod v1 {
        tonic::include_proto!("newborn.certificates.v1");
    }
}

/// The federal side: Social Insurance Number applications and their events. No message ever holds a number.
pub mod sin {
    pub mod v1 {
        tonic::include_proto!("newborn.sin.v1");
    }
}
