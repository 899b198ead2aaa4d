//! The files of a run below `--out`: all of them, or none.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::cli::error::Error;
use crate::report::File;

/// The folder below `out` for a scenario called `name` among several.
pub(super) fn folder(out: &Path, name: &str) -> PathBuf {
    let fits = |letter: char| letter.is_alphanumeric() || "-_. ".contains(letter);
    let plain: String = name
        .chars()
        .map(|letter| if fits(letter) { letter } else { '-' })
        .collect();
    match plain.trim_matches(['.', ' ']) {
        "" => out.join("scenario"),
        plain => out.join(plain),
    }
}

/// Makes a folder and all above it, so that a run need not end before it is known whether its
/// files can be kept.
///
/// # Errors
/// When something is in the way or the folder may not be made.
pub(super) fn prepare(folder: &Path) -> Result<(), Error> {
    if let Some(path) = folder
        .ancestors()
        .find(|path| path.exists() && !path.is_dir())
    {
        let path = path.to_owned();
        return Err(Error::InTheWay {
            path,
            expected: "a folder",
        });
    }
    let unwritable = |source| Error::Unwritable {
        path: folder.to_owned(),
        source,
    };
    fs::create_dir_all(folder).map_err(unwritable)?;
    // Others may be about to write into the same folder.
    let probe = folder.join(format!(".meridian.{}.tmp", std::process::id()));
    let removed = |result: io::Result<()>| match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    };
    fs::write(&probe, "")
        .and_then(|()| removed(fs::remove_file(&probe)))
        .map_err(unwritable)
}

/// Writes `files` below `folder`: each beside its place first, then all into their places.
///
/// # Errors
/// When one cannot be written: none of them is then in its place. When one cannot be put into its
/// place, those before it stay; no file is ever half written.
pub(super) fn write(folder: &Path, files: &[File]) -> Result<(), Error> {
    prepare(folder)?;
    let places: Vec<PathBuf> = files.iter().map(|file| folder.join(&file.path)).collect();
    if let Some(taken) = places.iter().find(|place| place.is_dir()) {
        return Err(Error::InTheWay {
            path: taken.clone(),
            expected: "a file",
        });
    }
    for place in &places {
        prepare(place.parent().unwrap_or(folder))?;
    }
    let mut written = Vec::new();
    for (file, place) in files.iter().zip(&places) {
        let beside = beside(place);
        let result = fs::write(&beside, &file.text);
        written.push((beside, place));
        if let Err(source) = result {
            return Err(undone(&written, place, source));
        }
    }
    for (beside, place) in &written {
        if let Err(source) = fs::rename(beside, place) {
            return Err(undone(&written, place, source));
        }
    }
    Ok(())
}

/// Writes one file as [`write()`] does several.
///
/// # Errors
/// When it cannot be written.
pub(super) fn write_one(place: &Path, text: String) -> Result<(), Error> {
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    let path = name.into_owned();
    write(folder_of(place), &[File { path, text }])
}

/// The folder that a file is in.
pub(super) fn folder_of(path: &Path) -> &Path {
    let folder = path.parent();
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

fn beside(place: &Path) -> PathBuf {
    let mut name = place.as_os_str().to_owned();
    name.push(".tmp");
    PathBuf::from(name)
}

/// Removes what stands beside its place; what cannot be removed was never written.
fn undone(written: &[(PathBuf, &PathBuf)], place: &Path, source: io::Error) -> Error {
    for (beside, _) in written {
        let _ = fs::remove_file(beside);
    }
    Error::Unwritable {
        path: place.to_owned(),
        source,
    }
}

/// The text of a file.
///
/// # Errors
/// When it cannot be read, or is no UTF-8 text.
pub(super) fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|source| Error::Unreadable {
        path: path.to_owned(),
        source,
    })
}

/// Writes a file that must not exist yet.
///
/// # Errors
/// When it exists or cannot be written.
pub(super) fn write_new(path: &Path, text: &str) -> Result<(), Error> {
    let unwritable = |source: io::Error| match source.kind() {
        io::ErrorKind::AlreadyExists => Error::Exists(path.to_owned()),
        _ => Error::Unwritable {
            path: path.to_owned(),
            source,
        },
    };
    let mut file = fs::File::create_new(path).map_err(unwritable)?;
    io::Write::write_all(&mut file, text.as_bytes()).map_err(unwritable)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn a_name_never_leaves_its_folder() {
        let folder = |name: &str| super::folder(Path::new("out"), name).display().to_string();
        assert_eq!(folder("atlantic cut.2"), "out/atlantic cut.2");
        assert_eq!(folder("../../etc"), "out/-..-etc");
        assert_eq!(folder(".."), "out/scenario");
    }
}
