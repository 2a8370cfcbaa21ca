/**
 * Documents that users write, in JSON or YAML: values with their places, read strictly and within bounds, and errors that
 * name line, column and what was probably meant. Nothing here knows what a document is about. Start at
 * {@link dev.igvmtool.document.DocumentReader}, then {@link dev.igvmtool.document.Fields}. Depends on {@code abi} and
 * Jackson's streaming parsers.
 */
@NullMarked
package dev.igvmtool.document;

import org.jspecify.annotations.NullMarked;
