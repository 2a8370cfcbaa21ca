package dev.igvmtool.bootshim.plan;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.paravisor.CommandLinePage;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The command line that image and host give together, and what it asks of the shim. Follows
 * openhcl_boot/src/host_params/dt/mod.rs.
 *
 * @param text measured text, then, if image and trust allow it, a space and the host's
 * @param options for the shim, merged
 * @param trustsHost true if the host may see and say everything
 */
public record CommandLinePlan(String text, ShimOptions options, boolean trustsHost) {
    /** Bytes that the storage holds. */
    public static final int CAPACITY_BYTES = 8192;

    /** The measured text, if it is UTF-8. */
    private static Optional<String> measuredText(CommandLinePage measured) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(measured.text().asBuffer())
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /** What the measured text asks of the shim; nothing if it is no text, which is fatal only later. */
    public static ShimOptions measuredOptions(CommandLinePage measured, PlanLog log) {
        return measuredText(measured)
                .map(text -> ShimOptions.DEFAULT.parse(text, log))
                .orElse(ShimOptions.DEFAULT);
    }

    /**
     * Puts the command line together.
     *
     * @throws ShimFatalException if the measured text is not UTF-8, all of it is too long, or the policy of the measured page is not known
     */
    public static CommandLinePlan of(CommandLinePage measured, String hostText, TreeIsolation isolation, PlanLog log) {
        String text = measuredText(measured)
                .orElseThrow(() -> new ShimFatalException("the measured command line is not UTF-8"));
        ShimOptions options = ShimOptions.DEFAULT.parse(text, PlanLog.SILENT);
        boolean trustsHost = isolation == TreeIsolation.NONE || options.confidentialDebug();
        if (measured.policy() == CommandLinePage.POLICY_APPEND_CHOSEN) {
            if (trustsHost) {
                options = options.parse(hostText, log);
                text = text + " " + hostText;
            }
        } else if (measured.policy() != CommandLinePage.POLICY_STATIC) {
            throw new ShimFatalException("command line policy " + measured.policy() + " is not known");
        }
        int size = Bytes.utf8(text).size();
        if (size > CAPACITY_BYTES) {
            throw new ShimFatalException(String.format(
                    "the command line of image and host has %d bytes, the storage holds %d", size, CAPACITY_BYTES));
        }
        return new CommandLinePlan(text, options, trustsHost);
    }
}
