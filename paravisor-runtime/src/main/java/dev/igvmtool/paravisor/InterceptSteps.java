package dev.igvmtool.paravisor;

import dev.igvmtool.abi.hv.HvSelf;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.abi.hv.HypercallResult;
import dev.igvmtool.abi.hv.InstallInterceptInput;
import dev.igvmtool.abi.hv.InterceptType;
import java.util.List;

/**
 * Which accesses of VTL0 come to VTL2 (event P43). Neither debugger nor VMBus is there, so exceptions and unknown
 * connections are left alone.
 */
final class InterceptSteps {
    private static final int READ_WRITE = InterceptType.ACCESS_READ | InterceptType.ACCESS_WRITE;
    private static final long ALL_PORTS = 0xffff_0000L;
    private static final int PORT_COUNT = 0x1_0000;

    private static final List<InstallInterceptInput> INTERCEPTS = List.of(
            intercept(READ_WRITE, InterceptType.MSR, 0),
            intercept(InterceptType.ACCESS_WRITE, InterceptType.APIC_EOI, 0),
            intercept(InterceptType.ACCESS_EXECUTE, InterceptType.RETARGET_UNKNOWN_DEVICE, 0),
            intercept(READ_WRITE, InterceptType.IO_PORT_RANGE, ALL_PORTS));

    /** The first step. */
    static final String FIRST = "begin-intercepts";

    private InterceptSteps() {}

    static void add(StepList steps) {
        steps.event("P43", FIRST, InterceptSteps::beginIntercepts)
                .step("install-intercept", InterceptSteps::installIntercept)
                .step("intercept-installed", InterceptSteps::interceptInstalled)
                .step("install-port-intercept", InterceptSteps::installPortIntercept)
                .step("port-intercept-installed", InterceptSteps::portInterceptInstalled)
                .step("log-intercepts", InterceptSteps::logIntercepts);
        LowerPageSteps.add(steps, "map-run-page", VpSteps.FIRST);
    }

    /** What isolation by hardware keeps from the hypervisor comes to VTL2 in any case. */
    private static void beginIntercepts(ParavisorProcess process) {
        process.set(Variable.INDEX, 0);
        if (new Inputs(process).rules().isHardware()) {
            process.cpu().jumpTo("log-intercepts");
        }
    }

    private static InstallInterceptInput intercept(int access, int type, long parameter) {
        return new InstallInterceptInput(HvSelf.PARTITION, access, type, parameter);
    }

    private static void installIntercept(ParavisorProcess process) {
        int index = process.getInt(Variable.INDEX);
        if (index == INTERCEPTS.size()) {
            process.cpu().jumpTo("log-intercepts");
            return;
        }
        install(process, INTERCEPTS.get(index));
    }

    private static void interceptInstalled(ParavisorProcess process) {
        InstallInterceptInput intercept = INTERCEPTS.get(process.getInt(Variable.INDEX));
        HypercallResult result = process.hypercallResult("install an intercept");
        if (intercept.interceptType() == InterceptType.IO_PORT_RANGE && result.status() == HvStatus.INVALID_PARAMETER) {
            process.set(Variable.POSITION, 0);
            process.cpu().jumpTo("install-port-intercept"); // an older hypervisor: port by port
            return;
        }
        if (!result.isSuccess()) {
            throw new ParavisorFailure("install an intercept of type " + intercept.interceptType() + ": " + result);
        }
        process.add(Variable.INDEX, 1);
        process.cpu().jumpTo("install-intercept");
    }

    private static void installPortIntercept(ParavisorProcess process) {
        install(process, intercept(READ_WRITE, InterceptType.IO_PORT, process.get(Variable.POSITION)));
    }

    private static void portInterceptInstalled(ParavisorProcess process) {
        process.hypercallSuccess("install a port intercept");
        process.add(Variable.POSITION, 1);
        if (process.get(Variable.POSITION) < PORT_COUNT) {
            process.cpu().jumpTo("install-port-intercept");
        }
    }

    private static void install(ParavisorProcess process, InstallInterceptInput input) {
        process.cpu().memory().write(InstallInterceptInput.CODEC, process.at(DataLayout.INPUT), input);
        process.hypercall(HypercallControl.of(HypercallCode.INSTALL_INTERCEPT), InstallInterceptInput.CODEC.size(), 0);
    }

    private static void logIntercepts(ParavisorProcess process) {
        process.log(
                new Inputs(process).rules().isHardware()
                        ? "VTL0 leaves for VTL2 at every access to the platform"
                        : "intercepts of VTL0: MSR, APIC EOI, unknown device interrupt, I/O ports");
    }
}
