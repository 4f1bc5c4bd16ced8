enum PublishedDNS {
  /// Messages that Tracee's documentation shows, as bytes and as JSON.
  static let messages: [(bytes: [UInt8], json: String)] = [
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
  ]
}
