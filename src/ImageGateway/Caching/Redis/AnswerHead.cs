using System.Buffers.Binary;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImageGateway.Caching.Redis;

/// <summary>A picture as the head knows it: how many bytes of the chunks are its, and their CRC-32C.</summary>
internal sealed record PictureHead(int Length, uint Checksum, string Members, int Index);

/// <summary>What Redis keeps of an answer besides its pictures; it begins with its own checksum.</summary>
internal sealed record AnswerHead
{
    /// <summary>Tells the chunks of this answer from those of another under the same key.</summary>
    public required string Number { get; init; }

    /// <summary>The answer without its pictures.</summary>
    public required StoredAnswer Said { get; init; }

    public required IReadOnlyList<PictureHead> Pictures { get; init; }

    public required IReadOnlyList<PictureHead> Partials { get; init; }

    public int Chunks { get; init; }

    /// <summary>The head and the chunks of an answer.</summary>
    public static (AnswerHead Head, IReadOnlyList<ReadOnlyMemory<byte>> Chunks) Of(StoredAnswer answer, int chunkSize)
    {
        var chunks = new List<ReadOnlyMemory<byte>>();
        var (pictures, partials) = (Heads(answer.Pictures), Heads(answer.Partials));
        foreach (var picture in answer.Pictures.Concat(answer.Partials))
        {
            for (var at = 0; at < picture.Bytes.Length; at += chunkSize)
                chunks.Add(picture.Bytes[at..Math.Min(picture.Bytes.Length, at + chunkSize)]);
        }
        return (new AnswerHead { Number = Guid.NewGuid().ToString("N"), Said = answer with { Pictures = [], Partials = [] }, Pictures = pictures, Partials = partials, Chunks = chunks.Count }, chunks);
    }

    /// <summary>A head as it was kept; null when it is not the same any more.</summary>
    public static AnswerHead? Read(byte[] bytes)
    {
        if (bytes.Length < sizeof(uint) || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Checksum(bytes.AsSpan(sizeof(uint))))
            return null;
        return JsonSerializer.Deserialize(bytes.AsSpan(sizeof(uint)), AnswerHeadJson.Default.AnswerHead);
    }

    public byte[] Write()
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(this, AnswerHeadJson.Default.AnswerHead);
        var bytes = new byte[sizeof(uint) + json.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Checksum(json));
        json.CopyTo(bytes, sizeof(uint));
        return bytes;
    }

    /// <summary>The answer, with its pictures out of the chunks; null when one is missing or not the same any more.</summary>
    public StoredAnswer? Answer(byte[]?[] chunks)
    {
        var at = 0;
        return Take(Pictures, chunks, ref at) is { } pictures && Take(Partials, chunks, ref at) is { } partials && at == chunks.Length
            ? Said with { Pictures = pictures, Partials = partials }
            : null;
    }

    private static List<StoredPicture>? Take(IReadOnlyList<PictureHead> heads, byte[]?[] chunks, ref int at)
    {
        var pictures = new List<StoredPicture>(heads.Count);
        foreach (var head in heads)
        {
            if (Join(head, chunks, ref at) is not { } bytes)
                return null;
            pictures.Add(new StoredPicture(bytes, head.Members, head.Index));
        }
        return pictures;
    }

    // A picture of one chunk, or of none, is not copied.
    private static byte[]? Join(PictureHead head, byte[]?[] chunks, ref int at)
    {
        if (head.Length == 0)
            return [];
        if (at == chunks.Length || chunks[at] is not { } first)
            return null;
        var bytes = first.Length == head.Length ? first : GC.AllocateUninitializedArray<byte>(head.Length);
        for (var length = 0; length < head.Length; at++)
        {
            if (at == chunks.Length || chunks[at] is not { Length: > 0 } chunk || chunk.Length > head.Length - length)
                return null;
            if (!ReferenceEquals(chunk, bytes))
                chunk.CopyTo(bytes, length);
            length += chunk.Length;
        }
        return Checksum(bytes) == head.Checksum ? bytes : null;
    }

    private static List<PictureHead> Heads(IReadOnlyList<StoredPicture> pictures) =>
        [.. pictures.Select(picture => new PictureHead(picture.Bytes.Length, Checksum(picture.Bytes.Span), picture.Members, picture.Index))];

    // The processor has an instruction for it; SHA-256 of each picture would cost more than sending it.
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var rest in bytes)
            crc = BitOperations.Crc32C(crc, rest);
        return ~crc;
    }
}

[JsonSourceGenerationOptions]
[JsonSerializable(typeof(AnswerHead))]
internal sealed partial class AnswerHeadJson : JsonSerializerContext;
