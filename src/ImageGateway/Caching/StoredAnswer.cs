namespace ImageGateway.Caching;

/// <summary>
/// A picture of a stored answer. <paramref name="Bytes"/> is empty when the answer gave an address instead, which is among the
/// members then.
/// </summary>
/// <param name="Bytes">The picture's file, decoded.</param>
/// <param name="Members">The other members of its item or event, as JSON between the braces; not <c>type</c> of an event.</param>
/// <param name="Index">Of a partial picture: how many final ones came before it.</param>
internal sealed record StoredPicture(PictureBytes Bytes, string Members, int Index = 0);

/// <summary>A complete, successful answer: pictures decoded, and all that was said of them. Immutable.</summary>
internal sealed record StoredAnswer
{
    /// <summary>True when it came as events: then <see cref="Members"/> is empty and each picture has the members of its event.</summary>
    public required bool IsStream { get; init; }

    /// <summary>The members of a JSON answer besides <c>data</c>, as JSON between the braces.</summary>
    public string Members { get; init; } = "";

    /// <summary>The final pictures, in order; at least one.</summary>
    public required IReadOnlyList<StoredPicture> Pictures { get; init; }

    /// <summary>The partial pictures of a stream, in order.</summary>
    public IReadOnlyList<StoredPicture> Partials { get; init; } = [];

    /// <summary>The model of the catalogue that drew it, and the size and quality that were resolved.</summary>
    public string Model { get; init; } = "";
    public string? Size { get; init; }
    public string? Quality { get; init; }

    /// <summary>True when a simulator answered.</summary>
    public bool IsSimulated { get; init; }

    /// <summary>What it cost, in nano-USD, and so what each repetition does not.</summary>
    public long NanoUsd { get; init; }

    /// <summary>When it was stored.</summary>
    public DateTimeOffset StoredAt { get; init; }

    /// <summary>True when a picture is only an address at the provider, which will expire.</summary>
    public bool HasAddresses => Pictures.Any(picture => picture.Bytes.IsEmpty);

    /// <summary>Bytes that storing it takes, nearly.</summary>
    public long Bytes => Sum(Pictures) + Sum(Partials) + (2 * Members.Length) + 256;

    /// <summary>Holds its pictures (<see cref="PictureBytes"/>).</summary>
    public void Retain()
    {
        foreach (var picture in Pictures.Concat(Partials))
            picture.Bytes.Retain();
    }

    /// <summary>Releases its pictures, which were held.</summary>
    public void Release()
    {
        foreach (var picture in Pictures.Concat(Partials))
            picture.Bytes.Release();
    }

    private static long Sum(IReadOnlyList<StoredPicture> pictures)
    {
        var sum = 0L;
        foreach (var picture in pictures)
            sum += picture.Bytes.Length + (2 * picture.Members.Length) + 128;
        return sum;
    }
}
