//! The colours of charts: Okabe and Ito's, which colour-blind readers can tell apart.
//!
//! Source: Okabe and Ito, "Color Universal Design", 2008; contrast on white: blue 5.2, vermillion
//! 3.9, green 3.4, purple 3.1, so these draw lines; orange, sky and yellow only fill.

use crate::metrics::timeline::LaneState;
use crate::plan::MemoryKind;

/// What a mark is painted with, and its class, by which the page repaints it in the dark.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tint {
    /// The sheet.
    Paper,
    /// Text and what must be seen first.
    Ink,
    /// Text that explains.
    Muted,
    /// Horizontal lines behind the data.
    Grid,
    /// The faults, through all panels; drawn at 13 %.
    Shade,
    /// A quiet fill: all is well.
    Calm,
    /// A fill as dark as can be.
    Night,
    /// Okabe-Ito blue.
    Blue,
    /// Okabe-Ito sky blue; fills only.
    Sky,
    /// Okabe-Ito bluish green.
    Green,
    /// Okabe-Ito yellow; fills only.
    Yellow,
    /// Okabe-Ito orange; fills only.
    Orange,
    /// Okabe-Ito vermillion.
    Vermillion,
    /// Okabe-Ito reddish purple.
    Purple,
    /// Beside five colours, the rest is grey.
    Grey,
    /// One of six steps of a sequential scale, light to dark (ColorBrewer `Blues`).
    Step(u8),
}

impl Tint {
    /// Red, green and blue on white paper.
    pub fn rgb(self) -> (u8, u8, u8) {
        match self {
            Self::Paper => (0xff, 0xff, 0xff),
            Self::Ink | Self::Shade => (0x22, 0x22, 0x22),
            Self::Muted => (0x59, 0x59, 0x59),
            Self::Grid => (0xe0, 0xe0, 0xe0),
            Self::Calm => (0xe8, 0xec, 0xf0),
            Self::Night => (0x00, 0x00, 0x00),
            Self::Blue => (0x00, 0x72, 0xb2),
            Self::Sky => (0x56, 0xb4, 0xe9),
            Self::Green => (0x00, 0x9e, 0x73),
            Self::Yellow => (0xf0, 0xe4, 0x42),
            Self::Orange => (0xe6, 0x9f, 0x00),
            Self::Vermillion => (0xd5, 0x5e, 0x00),
            Self::Purple => (0xcc, 0x79, 0xa7),
            Self::Grey => (0x99, 0x99, 0x99),
            Self::Step(0) => (0xef, 0xf3, 0xff),
            Self::Step(1) => (0xc6, 0xdb, 0xef),
            Self::Step(2) => (0x9e, 0xca, 0xe1),
            Self::Step(3) => (0x6b, 0xae, 0xd6),
            Self::Step(4) => (0x31, 0x82, 0xbd),
            Self::Step(_) => (0x08, 0x51, 0x9c),
        }
    }

    /// The class of groups painted so.
    pub fn class(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::Ink => "ink",
            Self::Muted => "muted",
            Self::Grid => "grid",
            Self::Shade => "shade",
            Self::Calm => "calm",
            Self::Night => "night",
            Self::Blue => "blue",
            Self::Sky => "sky",
            Self::Green => "green",
            Self::Yellow => "yellow",
            Self::Orange => "orange",
            Self::Vermillion => "vermillion",
            Self::Purple => "purple",
            Self::Grey => "grey",
            Self::Step(_) => "step",
        }
    }

    /// What text on a fill of this colour is painted with.
    pub fn text_upon(self) -> TextTint {
        match self {
            Self::Calm => TextTint::Ink,
            Self::Blue | Self::Vermillion | Self::Night | Self::Step(4..) => TextTint::White,
            _ => TextTint::Dark,
        }
    }
}

/// What text on a fill is painted with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TextTint {
    /// As all text: light on a dark page.
    Ink,
    /// As text that explains.
    Muted,
    /// White on every page.
    White,
    /// Dark on every page.
    Dark,
}

/// The fill of a memory kind.
pub fn memory(kind: MemoryKind) -> Tint {
    match kind {
        MemoryKind::Values => Tint::Blue,
        MemoryKind::Keys => Tint::Sky,
        MemoryKind::Metadata => Tint::Green,
        MemoryKind::Tombstones => Tint::Purple,
        MemoryKind::Unstable => Tint::Vermillion,
        MemoryKind::Backlog => Tint::Grey,
        MemoryKind::SyncBuffers => Tint::Yellow,
    }
}

/// The fill of a lane.
pub fn lane(state: LaneState) -> Tint {
    match state {
        LaneState::Up => Tint::Calm,
        LaneState::Degraded => Tint::Yellow,
        LaneState::Resyncing => Tint::Sky,
        LaneState::Partitioned => Tint::Orange,
        LaneState::OutOfMemory => Tint::Vermillion,
        LaneState::FailingOver => Tint::Purple,
        LaneState::Unlinked => Tint::Grey,
        LaneState::Dark => Tint::Night,
    }
}
