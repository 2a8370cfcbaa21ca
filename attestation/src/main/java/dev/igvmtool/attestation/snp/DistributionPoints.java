package dev.igvmtool.attestation.snp;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.x509.ExtensionValue;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;

/** Where a certificate says that revocation lists are: RFC 5280 section 4.2.1.13. */
final class DistributionPoints {
    private DistributionPoints() {}

    /** The addresses; empty if the extension is malformed. */
    static List<String> addresses(ExtensionValue extension) {
        List<String> addresses = new ArrayList<>();
        try {
            for (DistributionPoint point :
                    CRLDistPoint.getInstance(extension.value()).getDistributionPoints()) {
                if (point.getDistributionPoint() != null) {
                    for (GeneralName name : GeneralNames.getInstance(
                                    point.getDistributionPoint().getName())
                            .getNames()) {
                        addresses.add(name.getName().toString());
                    }
                }
            }
        } catch (FormatException | IllegalArgumentException | IllegalStateException e) {
            return List.of();
        }
        return addresses;
    }
}
