//! Two shapes that all of the schema is made of: named fields, and one of several words.

/// A struct whose fields are all [`Field`](crate::scenario::span::Field)s.
macro_rules! record {
    (
        $(#[doc = $doc:literal])*
        $name:ident {
            $($(#[doc = $field_doc:literal])* $field:ident: $type:ty,)*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, PartialEq, Debug, Default, serde::Serialize, serde::Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub(in crate::scenario) struct $name {
            $(
                $(#[doc = $field_doc])*
                #[serde(skip_serializing_if = "crate::scenario::span::Field::is_absent")]
                pub $field: crate::scenario::span::Field<$type>,
            )*
        }

        impl crate::scenario::schema::reference::Described for $name {
            fn kind() -> String {
                crate::scenario::schema::reference::plain_name(stringify!($name)).to_owned()
            }

            fn fields() -> &'static [(&'static str, &'static str)] {
                &[$((stringify!($field), concat!($($field_doc),*))),*]
            }

            fn register(reference: &mut crate::scenario::schema::reference::Reference) {
                if reference.open(&Self::kind(), concat!($($doc),*)) {
                    $(reference.row::<$type>(stringify!($field), concat!($($field_doc),*));)*
                    $(<$type>::register(reference);)*
                }
            }
        }
    };
}

/// An enum: words alone, words around one value, words with named fields.
macro_rules! choice {
    (
        $(#[doc = $doc:literal])*
        $name:ident {
            $(
                $(#[doc = $variant_doc:literal])*
                $variant:ident
                $(($inner:ty))?
                $({ $($(#[doc = $field_doc:literal])* $field:ident: $type:ty,)* })?,
            )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        #[allow(clippy::enum_variant_names, reason = "the words are the product's")]
        pub(in crate::scenario) enum $name {
            $(
                $(#[doc = $variant_doc])*
                $variant
                $((crate::scenario::span::Field<$inner>))?
                $({
                    $(
                        $(#[doc = $field_doc])*
                        #[serde(
                            default,
                            skip_serializing_if = "crate::scenario::span::Field::is_absent"
                        )]
                        $field: crate::scenario::span::Field<$type>,
                    )*
                })?,
            )*
        }

        impl crate::scenario::schema::reference::Described for $name {
            fn kind() -> String {
                crate::scenario::schema::reference::plain_name(stringify!($name)).to_owned()
            }

            fn words() -> &'static [&'static str] {
                &[$(stringify!($variant)),*]
            }

            fn register(reference: &mut crate::scenario::schema::reference::Reference) {
                if reference.open(&Self::kind(), concat!($($doc),*)) {
                    $(
                        reference.word(stringify!($variant), concat!($($variant_doc),*));
                        $(reference.row::<$inner>("", "");)?
                        $($(
                            reference.row::<$type>(stringify!($field), concat!($($field_doc),*));
                        )*)?
                    )*
                    $(
                        $(<$inner>::register(reference);)?
                        $($(<$type>::register(reference);)*)?
                    )*
                }
            }
        }
    };
}

pub(super) use {choice, record};
