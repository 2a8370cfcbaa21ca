package dev.igvmtool.bootshim.plan;

import dev.igvmtool.bootshim.plan.PoolChoice.Table;
import java.util.Optional;

/**
 * What command lines ask of the shim itself. Follows openhcl_boot/src/cmdline.rs.
 *
 * @param confidentialDebug an isolated guest may show itself to its host
 * @param pool size of the private pool
 * @param sidecar whether the sidecar is wanted
 * @param disableNvmeKeepAlive NVMe devices are not kept alive over servicing, whatever the host can
 * @param splitPool the private pool is split over the nodes
 */
public record ShimOptions(
        boolean confidentialDebug,
        PoolChoice pool,
        SidecarOption sidecar,
        boolean disableNvmeKeepAlive,
        boolean splitPool) {
    private static final String CONFIDENTIAL_DEBUG = "OPENHCL_CONFIDENTIAL_DEBUG";
    private static final String POOL_CONFIG = "OPENHCL_IGVM_VTL2_GPA_POOL_CONFIG=";
    private static final String ENABLE_POOL = "OPENHCL_ENABLE_VTL2_GPA_POOL=";
    private static final String SIDECAR = "OPENHCL_SIDECAR=";
    private static final String DISABLE_KEEP_ALIVE = "OPENHCL_DISABLE_NVME_KEEP_ALIVE=";
    private static final String POOL_NUMA = "OPENHCL_VTL2_GPA_POOL_NUMA=";

    /** What holds when nothing is said. */
    public static final ShimOptions DEFAULT =
            new ShimOptions(false, new PoolChoice.FromTable(Table.RELEASE), SidecarOption.ENABLED, false, false);

    /** These options changed by the tokens of {@code commandLine}; what it does not name stays. */
    public ShimOptions parse(String commandLine, PlanLog log) {
        boolean debug = confidentialDebug;
        PoolChoice configured = pool;
        Optional<PoolChoice> override = Optional.empty();
        SidecarOption sidecarOption = sidecar;
        boolean noKeepAlive = disableNvmeKeepAlive;
        boolean split = splitPool;
        for (String token : commandLine.split("(?U)\\s+", -1)) {
            int equals = token.indexOf('=');
            String value = token.substring(equals + 1);
            if (token.startsWith(CONFIDENTIAL_DEBUG)) {
                debug |= equals >= 0 && !value.equals("0");
            } else if (token.startsWith(POOL_CONFIG)) {
                configured = PoolChoice.parse(value);
            } else if (token.startsWith(ENABLE_POOL)) {
                override = Optional.of(PoolChoice.parse(value));
            } else if (token.startsWith(SIDECAR)) {
                sidecarOption = sidecar(value, sidecarOption);
            } else if (token.startsWith(DISABLE_KEEP_ALIVE)) {
                noKeepAlive |= !value.equals("0");
            } else if (token.startsWith(POOL_NUMA)) {
                if (value.equals("split")) {
                    split = true;
                } else {
                    log.warn("Unknown value for OPENHCL_VTL2_GPA_POOL_NUMA: {}", value);
                }
            }
        }
        if (override.isPresent()) {
            log.info(
                    "Overriding VTL2 GPA pool config to {} from command line",
                    override.orElseThrow().shown().show(DebugValue.Style.DECIMAL));
        }
        return new ShimOptions(debug, override.orElse(configured), sidecarOption, noKeepAlive, split);
    }

    private static SidecarOption sidecar(String words, SidecarOption before) {
        SidecarOption result = before;
        for (String word : words.split(",", -1)) {
            result = switch (word) {
                case "off" -> SidecarOption.DISABLED_COMMAND_LINE;
                case "on" -> SidecarOption.ENABLED;
                case "log" -> SidecarOption.LOGGING;
                default -> result;
            };
        }
        return result;
    }
}
