// SPDX-License-Identifier: Apache-2.0

/// DNS messages whose JSON was published.
public enum PublishedDNS {
  /// Messages that Tracee's documentation shows, as bytes and as JSON.
  public static let messages: [(bytes: [UInt8], json: String)] = [
    (
      SampleDNS.message(
        id: 57779, flags: 0x8180, counts: [1, 1, 1, 1],
        SampleDNS.question("www.zip.net", 28)
          + SampleDNS.record("www.zip.net", 5, 300, SampleDNS.name("amazonas.uol.com.br"))
          + SampleDNS.record(
            "uol.com.br", 6, 600,
            SampleDNS.authority(
              "a10-dns-uolcsfe1.host.intranet", "root.uol.com.br",
              [2016052887, 7200, 3600, 432000, 900]))
          + SampleDNS.record("", 41, class: 4096, 0, [])),
      """
      {"ID":57779,"QR":1,"opCode":"query","AA":0,"TC":0,"RD":1,"RA":1,"Z":0,\
      "responseCode":"no error","QDCount":1,"ANCount":1,"NSCount":1,"ARCount":1,\
      "questions":[{"name":"www.zip.net","type":"AAAA","class":"IN"}],\
      "answers":[{"name":"www.zip.net","type":"CNAME","class":"IN","TTL":300,"IP":"","NS":"",\
      "CNAME":"amazonas.uol.com.br","PTR":"","TXTs":null,"SOA":{"MName":"","RName":"",\
      "serial":0,"refresh":0,"retry":0,"expire":0,"minimum":0},"SRV":{"priority":0,"weight":0,\
      "port":0,"name":""},"MX":{"preference":0,"name":""},"OPT":[],"URI":{"priority":0,\
      "weight":0,"target":""},"TXT":""}],"authorities":[{"name":"uol.com.br","type":"SOA",\
      "class":"IN","TTL":600,"IP":"","NS":"","CNAME":"","PTR":"","TXTs":null,\
      "SOA":{"MName":"a10-dns-uolcsfe1.host.intranet","RName":"root.uol.com.br",\
      "serial":2016052887,"refresh":7200,"retry":3600,"expire":432000,"minimum":900},\
      "SRV":{"priority":0,"weight":0,"port":0,"name":""},"MX":{"preference":0,"name":""},\
      "OPT":[],"URI":{"priority":0,"weight":0,"target":""},"TXT":""}],"additionals":[{"name":"",\
      "type":"OPT","class":"Unknown","TTL":0,"IP":"","NS":"","CNAME":"","PTR":"","TXTs":null,\
      "SOA":{"MName":"","RName":"","serial":0,"refresh":0,"retry":0,"expire":0,"minimum":0},\
      "SRV":{"priority":0,"weight":0,"port":0,"name":""},"MX":{"preference":0,"name":""},\
      "OPT":[],"URI":{"priority":0,"weight":0,"target":""},"TXT":""}]}
      """
    ),
    (
      SampleDNS.message(
        id: 57212, flags: 0x8180, counts: [1, 2, 0, 1],
        SampleDNS.question("www.zip.net", 1)
          + SampleDNS.record("www.zip.net", 5, 300, SampleDNS.name("amazonas.uol.com.br"))
          + SampleDNS.record("amazonas.uol.com.br", 1, 60, [200, 147, 100, 53])
          + SampleDNS.record("", 41, class: 4096, 0, [])),
      """
      {"ID":57212,"QR":1,"opCode":"query","AA":0,"TC":0,"RD":1,"RA":1,"Z":0,\
      "responseCode":"no error","QDCount":1,"ANCount":2,"NSCount":0,"ARCount":1,\
      "questions":[{"name":"www.zip.net","type":"A","class":"IN"}],\
      "answers":[{"name":"www.zip.net","type":"CNAME","class":"IN","TTL":300,"IP":"","NS":"",\
      "CNAME":"amazonas.uol.com.br","PTR":"","TXTs":null,"SOA":{"MName":"","RName":"",\
      "serial":0,"refresh":0,"retry":0,"expire":0,"minimum":0},"SRV":{"priority":0,"weight":0,\
      "port":0,"name":""},"MX":{"preference":0,"name":""},"OPT":[],"URI":{"priority":0,\
      "weight":0,"target":""},"TXT":""},{"name":"amazonas.uol.com.br","type":"A","class":"IN",\
      "TTL":60,"IP":"200.147.100.53","NS":"","CNAME":"","PTR":"","TXTs":null,"SOA":{"MName":"",\
      "RName":"","serial":0,"refresh":0,"retry":0,"expire":0,"minimum":0},"SRV":{"priority":0,\
      "weight":0,"port":0,"name":""},"MX":{"preference":0,"name":""},"OPT":[],\
      "URI":{"priority":0,"weight":0,"target":""},"TXT":""}],"authorities":[],\
      "additionals":[{"name":"","type":"OPT","class":"Unknown","TTL":0,"IP":"","NS":"",\
      "CNAME":"","PTR":"","TXTs":null,"SOA":{"MName":"","RName":"","serial":0,"refresh":0,\
      "retry":0,"expire":0,"minimum":0},"SRV":{"priority":0,"weight":0,"port":0,"name":""},\
      "MX":{"preference":0,"name":""},"OPT":[],"URI":{"priority":0,"weight":0,"target":""},\
      "TXT":""}]}
      """
    ),
    (
      SampleDNS.message(
        id: 54436, flags: 0x8180, counts: [1, 0, 1, 1],
        SampleDNS.question("amazonas.uol.com.br", 28)
          + SampleDNS.record(
            "uol.com.br", 6, 518,
            SampleDNS.authority(
              "a10-dns-uolcsfe1.host.intranet", "root.uol.com.br",
              [2016052887, 7200, 3600, 432000, 900]))
          + SampleDNS.record("", 41, class: 4096, 0, [])),
      """
      {"ID":54436,"QR":1,"opCode":"query","AA":0,"TC":0,"RD":1,"RA":1,"Z":0,\
      "responseCode":"no error","QDCount":1,"ANCount":0,"NSCount":1,"ARCount":1,\
      "questions":[{"name":"amazonas.uol.com.br","type":"AAAA","class":"IN"}],"answers":[],\
      "authorities":[{"name":"uol.com.br","type":"SOA","class":"IN","TTL":518,"IP":"","NS":"",\
      "CNAME":"","PTR":"","TXTs":null,"SOA":{"MName":"a10-dns-uolcsfe1.host.intranet",\
      "RName":"root.uol.com.br","serial":2016052887,"refresh":7200,"retry":3600,"expire":432000,\
      "minimum":900},"SRV":{"priority":0,"weight":0,"port":0,"name":""},"MX":{"preference":0,\
      "name":""},"OPT":[],"URI":{"priority":0,"weight":0,"target":""},"TXT":""}],\
      "additionals":[{"name":"","type":"OPT","class":"Unknown","TTL":0,"IP":"","NS":"",\
      "CNAME":"","PTR":"","TXTs":null,"SOA":{"MName":"","RName":"","serial":0,"refresh":0,\
      "retry":0,"expire":0,"minimum":0},"SRV":{"priority":0,"weight":0,"port":0,"name":""},\
      "MX":{"preference":0,"name":""},"OPT":[],"URI":{"priority":0,"weight":0,"target":""},\
      "TXT":""}]}
      """
    ),
    manyNames,
  ]

  /// The fourth: all names of one address.
  private static let manyNames: (bytes: [UInt8], json: String) = {
    let question = "53.100.147.200.in-addr.arpa"
    let names = [
      "manualdaquimica.com", "roteiroceara.com.br", "roteirosincriveis.com.br", "enem.club",
      "brpaycard.com.br", "200-147-100-53.static.uol.com.br", "minizinhachip.com",
      "minnisinhashipi.com", "minnisinhaship.com", "minnisinhachipi.com", "minizinhashipi.com",
      "minizinhaship.com", "minizinhachipi.com", "minisinhashipi.com", "minisinhaship.com",
      "minisinhachipi.com", "minisinhachip.com", "minnisinhashipi.com.br", "minnisinhaship.com.br",
      "minnisinhachipi.com.br", "minnisinhachip.com.br", "minizinhashipi.com.br",
      "minizinhaship.com.br", "minizinhachipi.com.br", "minisinhashipi.com.br",
      "minisinhaship.com.br", "minisinhachipi.com.br", "minisinhachip.com.br",
      "www.minnisinhachip.com", "minnisinhachip.com", "somostodosum.com.br", "poderjp.com.br",
      "tvpanico.com", "jptvweb.com", "jptvdigital.com", "jptvd.com", "jovempantv.com",
      "tvjovempan.com", "panicotv.com.br", "tvpanico.com.br", "jptvweb.com.br",
      "jptvdigital.com.br", "jptvd.com.br", "jp.tv.br", "jovempantv.com.br", "tvjovempan.com.br",
      "meunegocio.uol", "biologianet.com",
    ]
    let bytes = SampleDNS.message(
      id: 20551, flags: 0x8180, counts: [1, 48, 0, 1],
      SampleDNS.question(question, 12)
        + names.flatMap { SampleDNS.record(question, 12, 16493, SampleDNS.name($0)) }
        + SampleDNS.record("", 41, class: 512, 0, []))
    func record(_ head: String, pointer: String = "") -> String {
      """
      {\(head),"IP":"","NS":"","CNAME":"","PTR":"\(pointer)","TXTs":null,"SOA":{"MName":"",\
      "RName":"","serial":0,"refresh":0,"retry":0,"expire":0,"minimum":0},"SRV":{"priority":0,\
      "weight":0,"port":0,"name":""},"MX":{"preference":0,"name":""},"OPT":[],\
      "URI":{"priority":0,"weight":0,"target":""},"TXT":""}
      """
    }
    let answers = names.map {
      record(
        "\"name\":\"\(question)\",\"type\":\"PTR\",\"class\":\"IN\",\"TTL\":16493", pointer: $0)
    }
    let json = """
      {"ID":20551,"QR":1,"opCode":"query","AA":0,"TC":0,"RD":1,"RA":1,"Z":0,\
      "responseCode":"no error","QDCount":1,"ANCount":48,"NSCount":0,"ARCount":1,\
      "questions":[{"name":"\(question)","type":"PTR","class":"IN"}],\
      "answers":[\(answers.joined(separator: ","))],"authorities":[],\
      "additionals":[\(record(#""name":"","type":"OPT","class":"Unknown","TTL":0"#))]}
      """
    return (bytes, json)
  }()
}
