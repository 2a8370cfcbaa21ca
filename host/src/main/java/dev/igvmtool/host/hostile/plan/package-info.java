/**
 * Plans of hostile hosts: what a host lies about, and what the boot stages should make of it; read from YAML or JSON,
 * and a catalogue of plans. Start at {@link dev.igvmtool.host.hostile.plan.HostilePlan}.
 */
@NullMarked
package dev.igvmtool.host.hostile.plan;

import org.jspecify.annotations.NullMarked;
