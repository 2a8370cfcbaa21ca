package dev.igvmtool.sidecar;

import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.sidecar.NodeLayout.VpPages;

/** The page tables of a VP that is about to start. Its four pages are zero: fresh memory, used once. */
final class VpTables {
    private VpTables() {}

    static void write(Cpu cpu, NodeLayout node, long index) {
        VpPages pages = node.vp(index);
        put(cpu, pages.pml4(), AddressSpace.PML4_INDEX, pages.pdpt() | AddressSpace.TABLE);
        put(cpu, pages.pdpt(), 0, pages.pd() | AddressSpace.TABLE);
        writeDirectory(cpu, pages);
        writeTable(cpu, node, pages);
    }

    private static void writeDirectory(Cpu cpu, VpPages pages) {
        long directory = AddressSpace.map(cpu, pages.pd());
        cpu.memory().writeU64(directory, Statics.of(cpu).physicalBase() | AddressSpace.IMAGE);
        cpu.memory().writeU64(directory + Long.BYTES, pages.pt() | AddressSpace.TABLE);
        AddressSpace.unmap(cpu, directory);
    }

    private static void writeTable(Cpu cpu, NodeLayout node, VpPages pages) {
        long table = AddressSpace.map(cpu, pages.pt());
        page(cpu, table, AddressSpace.SELF, pages.pt());
        page(cpu, table, AddressSpace.HYPERCALL_INPUT, pages.hypercallInput());
        page(cpu, table, AddressSpace.HYPERCALL_OUTPUT, pages.hypercallOutput());
        page(cpu, table, AddressSpace.COMMAND_PAGE, pages.commandPage());
        page(cpu, table, AddressSpace.GLOBALS, pages.globals());
        page(cpu, table, AddressSpace.ASSIST_PAGE, pages.assistPage());
        page(cpu, table, AddressSpace.CONTROL_PAGE, node.controlPage());
        page(cpu, table, AddressSpace.REGISTER_PAGE, pages.registerPage());
        for (int i = 0; i < VpPages.STACK_PAGES; i++) {
            page(cpu, table, AddressSpace.ENTRIES - VpPages.STACK_PAGES + i, pages.stack(i));
        }
        AddressSpace.unmap(cpu, table);
    }

    private static void page(Cpu cpu, long table, int index, long gpa) {
        cpu.memory().writeU64(table + (long) index * Long.BYTES, gpa | AddressSpace.DATA);
    }

    private static void put(Cpu cpu, long tableGpa, int index, long value) {
        long table = AddressSpace.map(cpu, tableGpa);
        cpu.memory().writeU64(table + (long) index * Long.BYTES, value);
        AddressSpace.unmap(cpu, table);
    }
}
