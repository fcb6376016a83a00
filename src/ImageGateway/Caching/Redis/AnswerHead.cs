using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImageGateway.Caching.Redis;

/// <summary>An image's entry in the head: its length in the chunks, and its checksum.</summary>
internal sealed record PictureHead(long Length, uint Checksum, string Members, int Index);

/// <summary>A stored response without its images.</summary>
internal sealed record AnswerFacts(bool IsStream, string Members, string Model, string? Size, string? Quality, bool IsSimulated, long NanoUsd, DateTimeOffset StoredAt)
{
    public StoredAnswer With(IReadOnlyList<StoredPicture> pictures, IReadOnlyList<StoredPicture> partials) => new()
    {
        IsStream = IsStream,
        Members = Members,
        Pictures = pictures,
        Partials = partials,
        Model = Model,
        Size = Size,
        Quality = Quality,
        IsSimulated = IsSimulated,
        NanoUsd = NanoUsd,
        StoredAt = StoredAt,
    };
}

/// <summary>What Redis stores for a response besides its images; starts with its own checksum.</summary>
internal sealed record AnswerHead
{
    /// <summary>Distinguishes the chunks of this response from those of another under the same key.</summary>
    public required string Number { get; init; }

    /// <summary>The response without its images.</summary>
    public required AnswerFacts Said { get; init; }

    public required IReadOnlyList<PictureHead> Pictures { get; init; }

    public required IReadOnlyList<PictureHead> Partials { get; init; }

    public int Chunks { get; init; }

    /// <summary>The head and the chunks of a response.</summary>
    public static (AnswerHead Head, IReadOnlyList<ReadOnlySequence<byte>> Chunks) Of(StoredAnswer answer, int chunkSize)
    {
        var chunks = new List<ReadOnlySequence<byte>>();
        var (pictures, partials) = (Heads(answer.Pictures), Heads(answer.Partials));
        foreach (var picture in answer.Pictures.Concat(answer.Partials))
        {
            for (var at = 0L; at < picture.Bytes.Length; at += chunkSize)
                chunks.Add(picture.Bytes.Sequence.Slice(at, Math.Min(picture.Bytes.Length - at, chunkSize)));
        }
        var said = new AnswerFacts(answer.IsStream, answer.Members, answer.Model, answer.Size, answer.Quality, answer.IsSimulated, answer.NanoUsd, answer.StoredAt);
        return (new AnswerHead { Number = Guid.NewGuid().ToString("N"), Said = said, Pictures = pictures, Partials = partials, Chunks = chunks.Count }, chunks);
    }

    /// <summary>Reads a stored head; null when it was altered.</summary>
    public static AnswerHead? Read(byte[] bytes)
    {
        if (bytes.Length < sizeof(uint) || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Checksum.Of(new ReadOnlySequence<byte>(bytes, sizeof(uint), bytes.Length - sizeof(uint))))
            return null;
        return JsonSerializer.Deserialize(bytes.AsSpan(sizeof(uint)), AnswerHeadJson.Default.AnswerHead);
    }

    public byte[] Write()
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(this, AnswerHeadJson.Default.AnswerHead);
        var bytes = new byte[sizeof(uint) + json.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Checksum.Of(new ReadOnlySequence<byte>(json)));
        json.CopyTo(bytes, sizeof(uint));
        return bytes;
    }

    /// <summary>The response, with its images from the chunks; null when one is missing or altered.</summary>
    public StoredAnswer? Answer(byte[]?[] chunks)
    {
        var at = 0;
        return Take(Pictures, chunks, ref at) is { } pictures && Take(Partials, chunks, ref at) is { } partials && at == chunks.Length
            ? Said.With(pictures, partials)
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

    private static PictureBytes? Join(PictureHead head, byte[]?[] chunks, ref int at)
    {
        var (pieces, length) = (new List<ReadOnlyMemory<byte>>(), 0L);
        for (; length < head.Length; length += pieces[^1].Length)
        {
            if (at == chunks.Length || chunks[at] is not { Length: > 0 } chunk || (length + chunk.Length < head.Length && chunk.Length % 3 != 0))
                return null;
            pieces.Add(chunk);
            at++;
        }
        var bytes = new PictureBytes(pieces);
        return length == head.Length && Checksum.Of(bytes.Sequence) == head.Checksum ? bytes : null;
    }

    private static List<PictureHead> Heads(IReadOnlyList<StoredPicture> pictures) =>
        [.. pictures.Select(picture => new PictureHead(picture.Bytes.Length, Checksum.Of(picture.Bytes.Sequence), picture.Members, picture.Index))];
}

[JsonSourceGenerationOptions]
[JsonSerializable(typeof(AnswerHead))]
internal sealed partial class AnswerHeadJson : JsonSerializerContext;
