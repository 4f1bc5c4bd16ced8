// SPDX-License-Identifier: Apache-2.0

extension LinkType {
  /// Returns the name of a link type's number without `LINKTYPE_`, and the number; the number alone when it has no name here.
  static func text(ofNumber number: UInt32) -> String {
    names[number].map { "\($0) (\(number))" } ?? "\(number)"
  }

  /// Names of types that are not read.
  ///
  /// Source: the registry of link-layer header types of tcpdump.org.
  private static let names: [UInt32: String] = [
    3: "AX25", 6: "IEEE802_5", 7: "ARCNET_BSD", 8: "SLIP", 99: "SYMANTEC_FIREWALL",
    109: "ENC", 112: "PFSYNC", 114: "LTALK", 117: "PFLOG", 119: "IEEE802_11_PRISM",
    122: "IP_OVER_FC", 123: "SUNATM", 129: "ARCNET_LINUX", 138: "APPLE_IP_OVER_IEEE1394",
    139: "MTP2_WITH_PHDR", 140: "MTP2", 141: "MTP3", 142: "SCCP", 143: "DOCSIS",
    144: "LINUX_IRDA", 147: "USER0", 148: "USER1", 149: "USER2", 150: "USER3", 151: "USER4",
    152: "USER5", 153: "USER6", 154: "USER7", 155: "USER8", 156: "USER9", 157: "USER10",
    158: "USER11", 159: "USER12", 160: "USER13", 161: "USER14", 162: "USER15",
    163: "IEEE802_11_AVS", 165: "BACNET_MS_TP", 169: "GPRS_LLC", 177: "LINUX_LAPD",
    182: "MFR", 186: "USB", 187: "BLUETOOTH_HCI_H4", 189: "USB_LINUX",
    195: "IEEE802_15_4_WITHFCS", 197: "ERF", 201: "BLUETOOTH_HCI_H4_WITH_PHDR",
    202: "AX25_KISS", 203: "LAPD", 209: "IPMB_LINUX", 215: "IEEE802_15_4_NONASK_PHY",
    220: "USB_LINUX_MMAPPED", 224: "FC_2", 226: "IPNET", 227: "CAN_SOCKETCAN",
    230: "IEEE802_15_4_NOFCS", 231: "DBUS", 235: "DVB_CI", 236: "MUX27010",
    237: "STANAG_5066_D_PDU", 240: "NETANALYZER", 241: "NETANALYZER_TRANSPARENT",
    243: "MPEG_2_TS", 244: "NG40", 245: "NFC_LLCP", 247: "INFINIBAND", 248: "SCTP",
    249: "USBPCAP", 251: "BLUETOOTH_LE_LL", 252: "WIRESHARK_UPPER_PDU", 253: "NETLINK",
    254: "BLUETOOTH_LINUX_MONITOR", 256: "BLUETOOTH_LE_LL_WITH_PHDR", 257: "PROFIBUS_DL",
    258: "PKTAP", 259: "EPON", 260: "IPMI_HPM_2", 264: "ISO_14443", 265: "RDS",
    266: "USB_DARWIN", 268: "SDLC", 270: "LORATAP", 271: "VSOCK", 272: "NORDIC_BLE",
    273: "DOCSIS31_XRA31", 274: "ETHERNET_MPACKET", 275: "DISPLAYPORT_AUX", 277: "SERCOS_MONITOR",
    278: "OPENVIZSLA", 279: "EBHSCR", 280: "VPP_DISPATCH", 283: "IEEE802_15_4_TAP",
    288: "USB_2_0", 292: "ETW", 295: "ZWAVE_TAP", 296: "SILABS_DEBUG_CHANNEL",
  ]
}
