package dev.igvmtool.debugger.dap;

import dev.igvmtool.debugger.Debugger;
import dev.igvmtool.debugger.view.Origins;
import dev.igvmtool.debugger.view.Structures;

/** What a client debugs. */
public record DapTarget(Debugger debugger, Structures structures, Origins origins) {}
