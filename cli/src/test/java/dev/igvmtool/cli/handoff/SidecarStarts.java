package dev.igvmtool.cli.handoff;

import com.fasterxml.jackson.databind.JsonNode;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.InitialVpContext;
import dev.igvmtool.abi.hv.VpStartInput;
import dev.igvmtool.abi.x64.TableValue;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.CpuidResult;
import dev.igvmtool.testing.HandoffCase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the sidecar does to start VPs: contexts by VP, and each VP's own accesses; who starts whom depends on turns. */
final class SidecarStarts {
    private SidecarStarts() {}

    static Map<Integer, InitialVpContext> expected(HandoffCase golden, HypercallCode code) {
        Map<Integer, InitialVpContext> starts = new TreeMap<>();
        for (JsonNode call : golden.lines("expected/hypercalls.ndjson")) {
            if (call.has("code") && HandoffCase.hex(call.get("code")) == code.code()) {
                JsonNode input = call.get("input");
                Bytes context = Bytes.fromHex(input.get("context").get("all").asText());
                starts.put(input.get("vp").asInt(), withoutLinkTimeFacts(InitialVpContext.CODEC.read(context)));
            }
        }
        return starts;
    }

    static Map<Integer, InitialVpContext> of(HandoffRun run, HypercallCode code) {
        Map<Integer, InitialVpContext> starts = new TreeMap<>();
        for (MachineEvent event : run.events()) {
            if (event instanceof MachineEvent.HypercallDone call && call.code() == code.code()) {
                VpStartInput input = VpStartInput.CODEC.read(call.input());
                starts.put(input.header().vpIndex(), withoutLinkTimeFacts(input.context()));
            }
        }
        return starts;
    }

    private static InitialVpContext withoutLinkTimeFacts(InitialVpContext c) {
        return new InitialVpContext(
                0,
                c.rsp(),
                c.rflags(),
                c.cs(),
                c.ds(),
                c.es(),
                c.fs(),
                c.gs(),
                c.ss(),
                c.tr(),
                c.ldtr(),
                new TableValue(c.idtr().limit(), 0),
                new TableValue(c.gdtr().limit(), 0),
                c.efer(),
                c.cr0(),
                c.cr3(),
                c.cr4(),
                c.pat());
    }

    /** Accesses of each VP to MSRs, CPUID and ports other than text, in its order. */
    static Map<Integer, List<String>> expectedAccesses(HandoffCase golden) {
        Map<Integer, List<String>> accesses = new TreeMap<>();
        for (JsonNode event : golden.lines("expected/events.ndjson")) {
            List<String> of = accesses.computeIfAbsent(event.get("vp").asInt(), vp -> new ArrayList<>());
            String kind = event.get("event").asText();
            if (kind.equals("cpuid")) {
                of.add(cpuid(
                        (int) HandoffCase.hex(event.get("leaf")),
                        event.get("subleaf").asInt(),
                        (int) HandoffCase.hex(event.get("eax")),
                        (int) HandoffCase.hex(event.get("ebx")),
                        (int) HandoffCase.hex(event.get("ecx")),
                        (int) HandoffCase.hex(event.get("edx"))));
            } else {
                String number = event.get(event.has("msr") ? "msr" : "port").asText();
                of.add(kind + " " + number + " " + event.get("value").asText());
            }
        }
        return accesses;
    }

    static Map<Integer, List<String>> accesses(HandoffRun run) {
        Map<Integer, List<String>> accesses = new TreeMap<>();
        for (MachineEvent event : run.events()) {
            if (event instanceof MachineEvent.MsrRead read) {
                add(accesses, read.vp(), String.format("rdmsr 0x%x 0x%x", read.number(), read.value()));
            } else if (event instanceof MachineEvent.MsrWrite write) {
                add(accesses, write.vp(), String.format("wrmsr 0x%x 0x%x", write.number(), write.value()));
            } else if (event instanceof MachineEvent.PortOut out && out.port() != 0x3e8) {
                add(accesses, out.vp(), String.format("out 0x%x 0x%x", out.port(), out.value()));
            } else if (event instanceof MachineEvent.Cpuid cpuid) {
                CpuidResult result = cpuid.result();
                String access =
                        cpuid(cpuid.leaf(), cpuid.subleaf(), result.eax(), result.ebx(), result.ecx(), result.edx());
                add(accesses, cpuid.vp(), access);
            }
        }
        return accesses;
    }

    /** The data's processors all have 0 for their APIC ids in leaf 1. */
    private static String cpuid(int leaf, int subleaf, int eax, int ebx, int ecx, int edx) {
        int masked = leaf == 1 ? ebx & 0xff_ffff : ebx;
        return String.format("cpuid 0x%x %d 0x%x 0x%x 0x%x 0x%x", leaf, subleaf, eax, masked, ecx, edx);
    }

    private static void add(Map<Integer, List<String>> accesses, int vp, String access) {
        accesses.computeIfAbsent(vp, unused -> new ArrayList<>()).add(access);
    }
}
