package dev.igvmtool.kernelstub.state;

/**
 * A processor of the device tree.
 *
 * @param index VP index
 * @param apicId as interrupts address it
 * @param online true once Linux runs there
 * @param pages what it has for itself
 * @param current process that runs there, 0 if idle
 */
public record Processor(int index, long apicId, boolean online, Pages pages, int current) {
    /**
     * Pages of one processor; 0 until they exist.
     *
     * @param area per-CPU data
     * @param exchange page for hypercall input, on SNP the GHCB page; the page after it is for output
     * @param assist VP assist page
     * @param run page shared with the user program, see {@link dev.igvmtool.abi.mshv.RunPage}
     * @param register register page of the lower VTL
     * @param lower what the processor needs to run the lower VTL: on SNP its save area, on TDX its APIC page
     * @param lowerTaken true once the hypervisor has taken {@code lower}
     */
    public record Pages(
            long area, long exchange, long assist, long run, long register, long lower, boolean lowerTaken) {
        static final Pages NONE = new Pages(0, 0, 0, 0, 0, 0, false);
    }

    /** A processor that is not started. */
    public static Processor offline(int index, long apicId) {
        return new Processor(index, apicId, false, Pages.NONE, 0);
    }

    private Processor with(Pages next) {
        return new Processor(index, apicId, online, next, current);
    }

    /** The same with the pages that it needs to run. */
    public Processor withPages(long area, long exchange, long assist) {
        return with(new Pages(area, exchange, assist, pages.run, pages.register, pages.lower, pages.lowerTaken));
    }

    /** The same, running. */
    public Processor started() {
        return new Processor(index, apicId, true, pages, current);
    }

    /** The same with another process. */
    public Processor running(int pid) {
        return new Processor(index, apicId, online, pages, pid);
    }

    /** The same with a run page. */
    public Processor withRunPage(long page) {
        return with(new Pages(
                pages.area, pages.exchange, pages.assist, page, pages.register, pages.lower, pages.lowerTaken));
    }

    /** The same with a register page. */
    public Processor withRegisterPage(long page) {
        return with(
                new Pages(pages.area, pages.exchange, pages.assist, pages.run, page, pages.lower, pages.lowerTaken));
    }

    /** The same with a page for the lower VTL. */
    public Processor withLowerPage(long page, boolean taken) {
        return with(new Pages(pages.area, pages.exchange, pages.assist, pages.run, pages.register, page, taken));
    }

    /** Its page of per-CPU data. */
    public long area() {
        return pages.area;
    }

    /** Its page for hypercall input; the page after it is for output. */
    public long hypercallInput() {
        return pages.exchange;
    }

    /** Its VP assist page. */
    public long assistPage() {
        return pages.assist;
    }

    /** Its run page. */
    public long runPage() {
        return pages.run;
    }

    /** The register page of its lower VTL. */
    public long registerPage() {
        return pages.register;
    }
}
