package dev.igvmtool.bootshim.plan;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.shim.PersistedStateHeader;
import dev.igvmtool.abi.shim.SavedState;
import dev.igvmtool.testing.HandoffCase;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** What a previous instance left: every decision that follows from it is made, or the shim refuses in one line. */
class PersistedStateFuzzTest {
    private static final List<String> CASES = List.of("svc-plain", "svc-excluded", "svc-all-excluded", "svc-self");

    private static HandoffCase golden(String name) {
        return HandoffCase.all().stream()
                .filter(it -> it.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    static Stream<byte[]> seeds() {
        return CASES.stream().map(name -> {
            HandoffCase golden = golden(name);
            long length = PersistedStateHeader.CODEC
                    .read(golden.bytes("persisted-header.bin"))
                    .protobufPayloadLength();
            return golden.bytes("persisted-payload.bin").slice(0, (int) length).toByteArray();
        });
    }

    @MethodSource("seeds")
    @FuzzTest
    void statesAreTakenOverOrRefused(byte[] payload) {
        for (String name : CASES) {
            try {
                SavedState state = PersistedState.decode(Bytes.wrap(payload));
                SavedState again = PersistedState.decode(state.encode());
                if (!state.equals(again)) {
                    throw new AssertionError("encoded and decoded: " + again + ", was " + state);
                }
                decide(CaseInputs.of(golden(name)), state);
            } catch (ShimFatalException refused) {
                if (String.valueOf(refused.getMessage()).contains("\n")) {
                    throw new AssertionError("more than a line: " + refused.getMessage(), refused);
                }
            }
        }
    }

    private static void decide(ShimInputs before, SavedState state) {
        ShimInputs inputs = new ShimInputs(
                before.architecture(),
                before.image(),
                before.isolation(),
                before.measuredCommandLine(),
                before.hostTree(),
                before.imported(),
                Optional.of(state));
        MemoryPlan memory = MemoryPlan.of(inputs);
        SidecarPlan sidecar = SidecarPlan.of(inputs, memory, () -> true, PlanLog.SILENT);
        E820Map.of(sidecar.addressSpace());
        KernelCommandLine.of(inputs, sidecar);
        BootTreePlan.checkImported(inputs, memory.topology());
        BootTreePlan.of(
                        inputs,
                        memory,
                        sidecar,
                        new BootTreePlan.Findings(Optional.empty(), Optional.empty(), OptionalLong.empty(), List.of()))
                .toFdt();
    }
}
