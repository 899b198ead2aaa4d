//! Assumptions that are one of several words, as a scenario writes them.

use crate::assumption::{BacklogSharing, FullSync, Hashing, Lww, Metadata, XaddIds};

impl Metadata {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::PerEffect => "PerEffect",
            Self::PerState => "PerState",
        }
    }
}

impl Lww {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::CausalFirst => "CausalFirst",
            Self::WallFirst => "WallFirst",
        }
    }
}

impl Hashing {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Oss => "Oss",
            Self::Standard => "Standard",
        }
    }
}

impl XaddIds {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Strict => "Strict",
            Self::SemiStrict => "SemiStrict",
            Self::Liberal => "Liberal",
        }
    }
}

impl BacklogSharing {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Shared => "Shared",
            Self::PerPeer => "PerPeer",
        }
    }
}

impl FullSync {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Delta => "Delta",
            Self::Whole => "Whole",
        }
    }
}
