package dev.igvmtool.devicetree.lint;

/** What checks found out about a node for those that follow. */
final class NodeFacts {
    private static final int DEFAULT_ADDRESS_CELLS = 2;
    private static final int DEFAULT_SIZE_CELLS = 1;

    /** Buses whose nodes have addresses of their own form. */
    enum Bus {
        NONE,
        PCI,
        SIMPLE,
        I2C,
        SPI,
        GRAPH_PORT,
        GRAPH_PORTS
    }

    /** What the node says; -1 if it says nothing. */
    int addressCells = -1;

    /** What the node says; -1 if it says nothing. */
    int sizeCells = -1;

    Bus bus = Bus.NONE;

    /** Cells of an address on the bus of this node. */
    int addressCellsOrDefault() {
        return addressCells == -1 ? DEFAULT_ADDRESS_CELLS : addressCells;
    }

    /** Cells of a size on the bus of this node. */
    int sizeCellsOrDefault() {
        return sizeCells == -1 ? DEFAULT_SIZE_CELLS : sizeCells;
    }
}
