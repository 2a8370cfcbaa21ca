package dev.igvmtool.cli.coverage;

import static dev.igvmtool.machine.partition.Isolation.NONE;
import static dev.igvmtool.machine.partition.Isolation.VBS;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.paravisor.CommandLinePage;
import java.util.List;

/** Images, and answers of the hypervisor, that the shim refuses before it knows its machine: S05 to S14. */
final class ImageRefusals {
    private ImageRefusals() {}

    static List<Scenario> scenarios() {
        return List.of(
                Scenario.ofAll("isolation-type-9")
                        .param("supportedIsolationType", 9)
                        .refusesInSilence("S05 isolation-type", "S05", "isolation type of the image is 9", false),
                Scenario.ofAll("log-buffer-empty")
                        .param("logBufferSize", 0)
                        .refusesInSilence("S08 log-buffer", "S08", "log buffer of 0x0 bytes", true),
                Scenario.ofAll("log-buffer-of-16-pages")
                        .param("logBufferSize", 16 * Guest.PAGE)
                        .refusesInSilence("S08 log-buffer", "S08", "log buffer of 0x10000 bytes", true),
                Scenario.of("hypercall-page-in-use", NONE, VBS)
                        .plan("hypercall-page-in-use")
                        .refuses("S10 enabled", "S10", "the hypercall page is enabled already: 0x1"),
                Scenario.ofAll("measured-text-not-utf8")
                        .patch(guest ->
                                GoodBoots.commandLine(guest, CommandLinePage.POLICY_STATIC, Bytes.fromHex("61ff62")))
                        .refuses("S14 not-utf8", "S14", "the measured command line is not UTF-8"),
                Scenario.ofAll("policy-2")
                        .patch(guest -> GoodBoots.commandLine(guest, 2, "x"))
                        .refuses("S14 policy", "S14", "command line policy 2 is not known"),
                GoodBoots.debuggable(Scenario.ofAll("command-lines-together-long"))
                        .config(builder -> builder.commandLine("x".repeat(8192)))
                        .refuses("S14 too-long", "S14", "bytes, the storage holds 8192"),
                GoodBoots.debuggable(Scenario.ofAll("kernel-command-line-long"))
                        .config(builder -> builder.commandLine("x".repeat(7900)))
                        .refuses("S35 too-long", "S35", "bytes, the storage holds 8192"));
    }
}
