const software = "Fovea local renderer";

/** Says in the file itself what made it, and from which seed; not from which words, which may be private. */
export const exifOf = (seed: number) => ({
  IFD0: { Software: software, ImageDescription: `Abstract picture, seed ${seed}` },
});

/**
 * The same in XMP, with IPTC's term for what no model has had a part in:
 * https://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia
 */
export const xmpOf = (seed: number) => `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
    xmp:CreatorTool="${software}"
    Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia">
   <dc:description><rdf:Alt><rdf:li xml:lang="x-default">Abstract picture, seed ${seed}</rdf:li></rdf:Alt></dc:description>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>`;
