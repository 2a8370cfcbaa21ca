package dev.igvmtool.kernelstub.state;

/**
 * A processor of the device tree.
 *
 * @param index VP index
 * @param apicId as interrupts address it
 * @param online true once Linux runs there
 * @param area its page of per-CPU data, 0 before it is set up
 * @param hypercallInput page for hypercall input; the page after it is for output
 * @param assistPage VP assist page
 * @param runPage page shared with the user program, see {@link dev.igvmtool.abi.mshv.RunPage}; 0 until mapped
 * @param registerPage register page of the lower VTL; 0 until mapped
 * @param current process that runs there, 0 if idle
 */
public record Processor(
        int index,
        long apicId,
        boolean online,
        long area,
        long hypercallInput,
        long assistPage,
        long runPage,
        long registerPage,
        int current) {
    /** A processor that is not started. */
    public static Processor offline(int index, long apicId) {
        return new Processor(index, apicId, false, 0, 0, 0, 0, 0, 0);
    }

    /** The same with its pages. */
    public Processor withPages(long newArea, long newInput, long newAssist) {
        return new Processor(index, apicId, online, newArea, newInput, newAssist, runPage, registerPage, current);
    }

    /** The same, running. */
    public Processor started() {
        return new Processor(index, apicId, true, area, hypercallInput, assistPage, runPage, registerPage, current);
    }

    /** The same with another process. */
    public Processor running(int pid) {
        return new Processor(index, apicId, online, area, hypercallInput, assistPage, runPage, registerPage, pid);
    }

    /** The same with a run page. */
    public Processor withRunPage(long page) {
        return new Processor(index, apicId, online, area, hypercallInput, assistPage, page, registerPage, current);
    }

    /** The same with a register page. */
    public Processor withRegisterPage(long page) {
        return new Processor(index, apicId, online, area, hypercallInput, assistPage, runPage, page, current);
    }
}
