//! Nothing to link: the tests live in main.rs beside this folder.
