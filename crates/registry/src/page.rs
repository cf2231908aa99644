//! Lists in pages, with totals that are counted and not guessed.

use serde::Serialize;

/// The most items that a page can have.
pub const PAGE_ITEMS_MAX: usize = 200;

/// Which page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The id after which it begins; `None` is the beginning.
    pub after: Option<String>,
    /// How many items at most; above [`PAGE_ITEMS_MAX`] it is that.
    pub items_max: usize,
}

impl Page {
    /// The first page, as long as a page can be.
    pub fn first() -> Self {
        Self { after: None, items_max: PAGE_ITEMS_MAX }
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listing<T> {
    /// The items, oldest first.
    pub items: Vec<T>,
    /// What to give as [`Page::after`] for the next page; `None` on the last.
    pub next: Option<String>,
    /// How many there are on all pages together.
    pub total: usize,
}

impl<T> Listing<T> {
    /// Cuts a page out of everything there is. `all` is ordered by `key`.
    pub fn cut<'a, S: 'a>(
        all: impl Iterator<Item = &'a S>,
        page: &Page,
        key: impl Fn(&S) -> &str,
        make: impl Fn(&S) -> T,
    ) -> Self {
        let items_max = page.items_max.clamp(1, PAGE_ITEMS_MAX);
        let mut listing = Self { items: Vec::new(), next: None, total: 0 };
        let mut last = None;
        for item in all {
            listing.total += 1;
            if page.after.as_deref().is_some_and(|after| key(item) <= after) {
                continue;
            }
            if listing.items.len() < items_max {
                listing.items.push(make(item));
                last = Some(key(item).to_owned());
            } else if listing.next.is_none() {
                listing.next = last.take();
            }
        }
        listing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_without_gap_or_repetition() {
        let all: Vec<String> = (0..7).map(|n| format!("k{n}")).collect();
        let mut page = Page { after: None, items_max: 3 };
        let mut seen = Vec::new();
        loop {
            let listing = Listing::cut(all.iter(), &page, |s| s.as_str(), Clone::clone);
            assert_eq!(listing.total, 7);
            seen.extend(listing.items);
            match listing.next {
                Some(next) => page.after = Some(next),
                None => break,
            }
        }
        assert_eq!(seen, all);
    }
}
