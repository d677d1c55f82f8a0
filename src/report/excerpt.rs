//! Pieces of source for the terminal: a window of lines around what is marked, cleaned character by character.

use annotate_snippets::{Annotation, AnnotationKind, Origin, Patch, Snippet};

use super::plain::visible;
use crate::model::{ChangeSet, Content, Evidence, FilePath, Fix, Location, Side};

/// Evidence within so many lines is marked in the same excerpt.
pub(super) const REACH: u32 = 60;
/// A minified line would fill the screen and the memory.
const LINE: usize = 400;

pub(super) struct Excerpt<'a> {
    pub(super) snippet: Snippet<'a, Annotation<'a>>,
}

/// The excerpt of a place; nothing when its text is not at hand.
pub(super) fn of<'a>(change: &ChangeSet, place: &Location, near: &[&Evidence]) -> Option<Excerpt<'a>> {
    let text = text(change, &place.path, place.side)?;
    let lines = || near.iter().filter_map(|link| link.location.as_ref()).map(|place| place.line).chain([place.line]);
    let window = Window::new(text, lines().min()?, lines().max()?)?;
    let mut snippet = Snippet::source(window.text.clone())
        .line_start(window.first as usize)
        .path(visible(place.path.as_str()))
        .annotation(AnnotationKind::Primary.span(window.range(place)?));
    for link in near {
        let Some(range) = link.location.as_ref().and_then(|place| window.range(place)) else { continue };
        snippet = snippet.annotation(AnnotationKind::Context.span(range).label(visible(&link.text)));
    }
    Some(Excerpt { snippet })
}

/// Only where it is.
pub(super) fn origin<'a>(place: &Location) -> Origin<'a> {
    Origin::path(visible(place.path.as_str())).line(place.line as usize).char_column(place.columns.0 as usize)
}

/// The lines a fix replaces, with what it puts there.
pub(super) fn patched<'a>(change: &ChangeSet, path: &FilePath, fix: &Fix) -> Option<Snippet<'a, Patch<'a>>> {
    let window = Window::new(text(change, path, Side::Right)?, fix.line, fix.end_line)?;
    let replacement: Vec<String> = fix.replacement.lines().map(visible).collect();
    let patch = Patch::new(window.start_of(fix.line)?..window.end_of(fix.end_line)?, replacement.join("\n"));
    Some(
        Snippet::source(window.text.clone())
            .line_start(window.first as usize)
            .path(visible(path.as_str()))
            .patch(patch),
    )
}

fn text<'a>(change: &'a ChangeSet, path: &FilePath, side: Side) -> Option<&'a str> {
    let file = match side {
        Side::Right => change.files.iter().find(|file| file.path == *path),
        Side::Left => change.files.iter().find(|file| file.base_path() == path || file.path == *path),
    };
    let content: Option<&Content> = file.map(|file| if side == Side::Left { &file.base } else { &file.head });
    match content {
        Some(content) => content.text().map(|text| &**text),
        None => change.neighbours.iter().find(|near| near.path == *path).map(|near| &*near.text),
    }
}

struct Window {
    first: u32,
    text: String,
    starts: Vec<usize>,
}

impl Window {
    fn new(text: &str, first: u32, last: u32) -> Option<Self> {
        let (mut window, mut starts) = (String::new(), Vec::new());
        let count = (last.checked_sub(first)? + 1) as usize;
        for line in text.lines().skip(first.checked_sub(1)? as usize).take(count) {
            if !starts.is_empty() {
                window.push('\n');
            }
            starts.push(window.len());
            let shown: String = line.chars().take(LINE).collect();
            window.push_str(&visible(&shown));
        }
        (!starts.is_empty()).then_some(Self { first, text: window, starts })
    }

    fn start_of(&self, line: u32) -> Option<usize> {
        self.starts.get(line.checked_sub(self.first)? as usize).copied()
    }

    fn end_of(&self, line: u32) -> Option<usize> {
        let next = self.starts.get(line.checked_sub(self.first)? as usize + 1);
        Some(next.map_or(self.text.len(), |next| next - 1))
    }

    /// The marked bytes of the first line; all of its code when no columns are known.
    fn range(&self, place: &Location) -> Option<std::ops::Range<usize>> {
        let (start, end) = (self.start_of(place.line)?, self.end_of(place.line)?);
        let line = self.text.get(start..end)?;
        let at = |column: u32| {
            let skipped = column.max(1) as usize - 1;
            start + line.char_indices().nth(skipped).map_or(line.len(), |(at, _)| at)
        };
        let (from, to) = (at(place.columns.0), at(place.columns.1));
        if from < to {
            return Some(from..to);
        }
        let indent = line.len() - line.trim_start().len();
        Some(start + indent..start + line.trim_end().len().max(indent))
    }
}
