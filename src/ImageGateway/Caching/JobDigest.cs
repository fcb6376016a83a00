using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ImageGateway.Catalog;
using ImageGateway.Images;

namespace ImageGateway.Caching;

/// <summary>
/// A job's identities: <see cref="PictureKey"/>, of everything that decides the image, and <see cref="BodyKey"/>, of everything
/// in the request. Images and unknown fields are hashed once; SHA-256 throughout, over values with their lengths.
/// </summary>
internal sealed class JobDigest : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly ImageJob _job;
    private readonly byte[] _rest;

    public JobDigest(ImageJob job)
    {
        _job = job;
        AddFiles();
        if (job.Body is JsonBody json)
            AddUnknown(json);
        else if (job.Body is FormBody form)
            AddUnknown(form);
        _rest = _hash.GetHashAndReset();
    }

    /// <summary>
    /// Hashes what decides the image: operation, model, prompt, parameters as sent including defaults, input images and unknown
    /// fields.
    /// </summary>
    /// <param name="model">The model that generates the image.</param>
    /// <param name="sent">The parameters in its dialect.</param>
    /// <param name="provider">Where it draws: a file id means another picture with another account.</param>
    public string PictureKey(Model model, ImageParameters sent, string provider)
    {
        Add("picture/1");
        Add(WireName.Of(_job.Operation));
        Add(model.Name);
        Add(CanonicalText.Of(_job.Prompt).Trim());
        Add(sent.Count.ToString(CultureInfo.InvariantCulture));
        Add(sent.Size ?? (model.Sizes.Auto ? "auto" : null));
        Add(sent.Quality ?? model.DefaultQuality);
        Add(sent.Background ?? (model.Backgrounds.Contains("auto") ? "auto" : null));
        Add(sent.OutputFormat ?? (model.Formats.Contains("png") ? "png" : null));
        Add(sent.OutputCompression?.ToString(CultureInfo.InvariantCulture) ?? (model.Takes.Contains("output_compression") ? "100" : null));
        Add(sent.InputFidelity ?? (model.Fidelities.Contains("low") ? "low" : null));
        Add(sent.Style ?? (model.Takes.Contains("style") ? "vivid" : null));
        Add(sent.Moderation ?? (model.Takes.Contains("moderation") ? "auto" : null));
        if (_job.FileIds > 0)
            Add(provider);
        return End();
    }

    /// <summary>
    /// Hashes the request: every parameter as received, files by their bytes. Ignores how it was written: order, white space,
    /// boundaries.
    /// </summary>
    public string BodyKey()
    {
        var asked = _job.Parameters;
        Add("body/1");
        Add(WireName.Of(_job.Operation));
        Add(_job.Model);
        Add(_job.Tier is { } tier ? WireName.Of(tier) : null);
        Add(_job.Prompt);
        foreach (var value in (ReadOnlySpan<string?>)[asked.Size, asked.Quality, asked.Background, asked.OutputFormat, asked.ResponseFormat, asked.InputFidelity, asked.Style, asked.Moderation, asked.User])
            Add(value);
        foreach (var number in (ReadOnlySpan<int?>)[asked.N is 1 ? null : asked.N, asked.OutputCompression, asked.PartialImages is 0 ? null : asked.PartialImages, asked.Stream ? 1 : 0])
            Add(number?.ToString(CultureInfo.InvariantCulture));
        return End();
    }

    public void Dispose() => _hash.Dispose();

    // The gateway does not read a generation's images; of images given by a provider's file ids it has only the ids.
    private bool HasReadPictures => _job is { Operation: Operation.Edit, FileIds: 0 };

    private string End()
    {
        _hash.AppendData(_rest);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(digest);
        return Convert.ToHexStringLower(digest);
    }

    private void AddFiles()
    {
        foreach (var image in _job.Images)
            Add("image", image.Bytes);
        if (_job.Mask is { } mask)
            Add("mask", mask.Bytes);
    }

    // The gateway interprets known parameters, so they are compared by meaning; any other field may affect the image.
    private void AddUnknown(JsonBody body)
    {
        foreach (var member in body.Members.OrderBy(member => member.Name, StringComparer.Ordinal))
        {
            if (KnownParameters.Names.Contains(member.Name))
                continue;
            if (HasReadPictures && member.Name is "images" or "mask")
            {
                AddBeside(member.Name, body.Value(member));
                continue;
            }
            Add(member.Name);
            AddJson(body.Value(member));
        }
    }

    // Other members beside images that were read and hashed by their bytes.
    private void AddBeside(string name, ReadOnlySpan<byte> pictures)
    {
        var reader = new Utf8JsonReader(pictures);
        for (var picture = 0; reader.Read();)
        {
            if (reader.TokenType == JsonTokenType.EndObject)
                picture++;
            if (reader.TokenType != JsonTokenType.PropertyName)
                continue;
            var said = reader;
            reader.Read();
            if (reader.TokenType == JsonTokenType.String && (said.ValueTextEquals("image_url"u8) || said.ValueTextEquals("file_id"u8)))
                continue;
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            Add($"{name}[{picture}]");
            AddToken(ref said);
            AddJson(pictures[start..(int)reader.BytesConsumed]);
        }
    }

    private void AddUnknown(FormBody body)
    {
        foreach (var field in body.Fields.Where(field => !KnownParameters.Names.Contains(field.Name)).OrderBy(field => field.Name, StringComparer.Ordinal))
        {
            Add(field.Name);
            Add(field.Value);
        }
        foreach (var file in body.Files.OrderBy(file => file.Name, StringComparer.Ordinal))
            Add(file.Name, file.Bytes);
    }

    // Token by token, so that neither white space nor escaping matters.
    private void AddJson(ReadOnlySpan<byte> value)
    {
        var reader = new Utf8JsonReader(value);
        while (reader.Read())
            AddToken(ref reader);
    }

    private void AddToken(ref Utf8JsonReader reader)
    {
        Add(reader.TokenType.ToString());
        if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
            AddUnescaped(ref reader);
        else
            Add(reader.ValueSpan);
    }

    private void AddUnescaped(ref Utf8JsonReader reader)
    {
        var text = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        try
        {
            Add(text.AsSpan(0, reader.CopyString(text)));
        }
        catch (InvalidOperationException)
        {
            Add(reader.ValueSpan); // half a surrogate pair
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(text);
        }
    }

    private void Add(string name, SpooledBytes bytes)
    {
        Add(name);
        AddLength(bytes.Length);
        var block = ArrayPool<byte>.Shared.Rent(BlockPool.BlockSize);
        for (var (position, read) = (0L, 0); (read = bytes.Read(position, block.AsSpan(0, BlockPool.BlockSize))) > 0; position += read)
            _hash.AppendData(block.AsSpan(0, read));
        ArrayPool<byte>.Shared.Return(block);
    }

    private void Add(string? text)
    {
        if (text is null)
        {
            AddLength(-1);
            return;
        }
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        Add(bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, bytes)));
        ArrayPool<byte>.Shared.Return(bytes);
    }

    private void Add(ReadOnlySpan<byte> bytes)
    {
        AddLength(bytes.Length);
        _hash.AppendData(bytes);
    }

    private void AddLength(long length)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BitConverter.TryWriteBytes(bytes, length);
        _hash.AppendData(bytes);
    }
}
