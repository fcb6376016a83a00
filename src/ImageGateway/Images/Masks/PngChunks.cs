using System.Buffers.Binary;

namespace ImageGateway.Images.Masks;

/// <summary>Iterates over the chunks of a PNG (ISO/IEC 15948 §5.3), each verified against its checksum when it is closed.</summary>
internal sealed class PngChunks(SpooledBytes bytes)
{
    /// <summary>The types the decoder knows, as big-endian numbers.</summary>
    public const uint Header = 0x49484452, Palette = 0x504C5445, Data = 0x49444154, End = 0x49454E44;

    // Bit 5 of the first letter (§5.4): a decoder that does not know a critical chunk cannot show the image.
    private const uint Ancillary = 0x20000000;

    private const int SignatureLength = 8;

    private long _position = SignatureLength;
    private Crc32 _checksum;

    /// <summary>The type of the open chunk.</summary>
    public uint Type { get; private set; }

    /// <summary>Unread bytes of the open chunk.</summary>
    public int Left { get; private set; }

    /// <summary>Opens the next chunk.</summary>
    /// <exception cref="InvalidDataException">There is none, or it is an unknown critical one.</exception>
    public void Open()
    {
        Span<byte> head = stackalloc byte[8];
        Take(head);
        (Left, Type) = (BinaryPrimitives.ReadInt32BigEndian(head), BinaryPrimitives.ReadUInt32BigEndian(head[4..]));
        if (Left < 0 || (Type is not (Header or Palette or Data or End) && (Type & Ancillary) == 0))
            throw new InvalidDataException("chunk");
        _checksum = new Crc32();
        _checksum.Add(head[4..]);
    }

    /// <summary>Reads from the open chunk; 0 at its end.</summary>
    public int Read(Span<byte> destination)
    {
        var part = destination[..Math.Min(destination.Length, Left)];
        Take(part);
        _checksum.Add(part);
        Left -= part.Length;
        return part.Length;
    }

    /// <summary>Closes the open chunk; its unread bytes are skipped.</summary>
    /// <exception cref="InvalidDataException">The checksum is wrong or absent.</exception>
    public void Close()
    {
        Span<byte> rest = stackalloc byte[4096];
        while (Read(rest) > 0) { }
        Take(rest[..4]);
        if (BinaryPrimitives.ReadUInt32BigEndian(rest) != _checksum.Value)
            throw new InvalidDataException("checksum");
    }

    private void Take(Span<byte> destination)
    {
        if (bytes.Read(_position, destination) < destination.Length)
            throw new InvalidDataException("end of file");
        _position += destination.Length;
    }
}
