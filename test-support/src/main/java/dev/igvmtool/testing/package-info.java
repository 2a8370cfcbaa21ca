/**
 * What the tests of several modules share: where the reference test data lies, and the mutations that every reader of
 * outside bytes must survive. Test scope only. Start at {@link dev.igvmtool.testing.SharedTestData}.
 */
@NullMarked
package dev.igvmtool.testing;

import org.jspecify.annotations.NullMarked;
