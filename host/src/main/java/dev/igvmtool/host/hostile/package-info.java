/**
 * A host that lies, as a confidential guest must expect: false device trees, CPUID results, register values and
 * outcomes of calls, and pages that are changed, withheld or given back. A plan is a list of {@link
 * dev.igvmtool.host.hostile.Lie}s; {@link dev.igvmtool.host.hostile.LyingHost} tells them while the machine runs. What
 * the platform does not let a host do is not done, and said.
 */
@NullMarked
package dev.igvmtool.host.hostile;

import org.jspecify.annotations.NullMarked;
