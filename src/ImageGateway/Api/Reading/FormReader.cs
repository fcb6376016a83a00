using System.Text;
using ImageGateway.Images;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace ImageGateway.Api.Reading;

/// <summary>Reads edits and variations sent as multipart forms.</summary>
internal sealed class FormReader(BlockPool pool, BufferBudget budget)
{
    private const int MaxParts = 128;
    private const int MaxText = 1024 * 1024;

    public async Task<ImageJob> ReadAsync(HttpRequest request, string boundary, Operation operation, string? deployment, BodyLimits limits, CancellationToken cancellationToken)
    {
        var parts = new FormParts();
        try
        {
            await ReadPartsAsync(new MultipartReader(boundary, request.Body, BlockPool.BlockSize) { HeadersCountLimit = 16 }, parts, limits.FileBytes, cancellationToken);
            return await JobAsync(parts, operation, deployment, cancellationToken);
        }
        catch (Exception e)
        {
            parts.Dispose();
            // Kestrel's own rejections are IOExceptions too, and more specific.
            if (e is InvalidDataException || (e is IOException and not BadHttpRequestException && !cancellationToken.IsCancellationRequested))
                throw new GatewayException(new GatewayError(ErrorKind.InvalidValue, "The multipart body is malformed or ends too early."), e);
            throw;
        }
    }

    private async Task<ImageJob> JobAsync(FormParts parts, Operation operation, string? deployment, CancellationToken cancellationToken)
    {
        var prompt = Parameters.Prompt(parts, operation);
        if (parts.Inputs.Images.Count == 0)
            throw Parameters.Missing("image");
        await parts.Inputs.PrepareMaskAsync(MaskModes.Read(parts, parts.Inputs.Mask is not null), pool, budget, cancellationToken);
        return new ImageJob
        {
            Operation = operation,
            Model = deployment ?? Parameters.Model(parts),
            Prompt = prompt,
            Parameters = Parameters.Read(parts),
            Images = parts.Inputs.Images,
            Mask = parts.Inputs.Mask,
            Body = new FormBody(parts.Fields, parts.Files),
        };
    }

    private async Task ReadPartsAsync(MultipartReader reader, FormParts parts, long fileLimit, CancellationToken cancellationToken)
    {
        var text = 0;
        for (var count = 0; await reader.ReadNextSectionAsync(cancellationToken) is { } section; count++)
        {
            if (count == MaxParts)
                throw new GatewayException(ErrorKind.InvalidValue, $"The form has more than {MaxParts} parts.");
            var (name, fileName) = Names(section);
            if (fileName.Length > 0)
                await ReadFileAsync(section, name, fileName, parts, fileLimit, cancellationToken);
            else if (Role(name) is { } role)
                throw new GatewayException(ErrorKind.InvalidValue, $"Invalid value for '{role}': the part has no filename. Allowed: a file part with a filename.", role);
            else
                text += parts.AddField(name, await ReadFieldAsync(section, name, MaxText - text, cancellationToken));
        }
    }

    // Refuses a parameter without a value, on which the framework fails, and a backslash in a name: one reader takes it
    // literally, another as an escape, so that qualit\y could be a quality that this reader did not see.
    private static (string Name, string FileName) Names(MultipartSection section)
    {
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var head) || head.Parameters.Any(parameter => !parameter.Value.HasValue) || head.Name.Length == 0)
            throw new GatewayException(ErrorKind.InvalidValue, "A part of the form has no name: each needs 'Content-Disposition: form-data; name=\"…\"'.");
        var name = HeaderUtilities.RemoveQuotes(head.Name).ToString();
        if (name.Contains('\\', StringComparison.Ordinal))
            throw new GatewayException(ErrorKind.InvalidValue, $"The name '{GatewayException.Shortened(name)}' of a part contains a backslash, which form parsers interpret differently.");
        return (name, HeaderUtilities.RemoveQuotes(head.FileNameStar.Length > 0 ? head.FileNameStar : head.FileName).ToString());
    }

    private async Task ReadFileAsync(MultipartSection section, string name, string fileName, FormParts parts, long limit, CancellationToken cancellationToken)
    {
        var bytes = new SpooledBytes(pool, budget);
        try
        {
            if (!await bytes.FillAsync(section.Body, limit, cancellationToken))
                throw JobReader.TooLarge(limit, Role(name) ?? name);
            parts.AddFile(name, Role(name), fileName, section.ContentType, bytes);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    // Text stays in memory whatever else is held there: all fields together have many times the room that the longest prompt
    // needs.
    private static async Task<string> ReadFieldAsync(MultipartSection section, string name, int room, CancellationToken cancellationToken)
    {
        using var text = new StreamReader(section.Body, Charset(section, name), detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        var buffer = new char[1024];
        var value = new StringBuilder();
        int read;
        try
        {
            while ((read = await text.ReadAsync(buffer, cancellationToken)) > 0)
            {
                if (value.Append(buffer, 0, read).Length > room)
                    throw JobReader.TooLarge(MaxText, name);
            }
        }
        catch (DecoderFallbackException e)
        {
            throw new GatewayException(new GatewayError(ErrorKind.InvalidValue, $"Invalid value for '{name}': the part is not text in {text.CurrentEncoding.WebName}.", name), e);
        }
        return value.ToString();
    }

    // Bytes that are invalid in the charset would be replaced by other characters and end up in the prompt.
    private static Encoding Charset(MultipartSection section, string name)
    {
        var charset = MediaTypeHeaderValue.TryParse(section.ContentType, out var type) && type.Charset.HasValue ? HeaderUtilities.RemoveQuotes(type.Charset).ToString() : "utf-8";
        try
        {
            return Encoding.GetEncoding(charset, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw GatewayException.Invalid(name, charset, "utf-8, iso-8859-1, us-ascii or utf-16 as the charset of the part");
        }
    }

    // Clients write image, image[] or image[0].
    private static string? Role(string name) => name == "mask" ? "mask"
        : name == "image" || (name.StartsWith("image[", StringComparison.Ordinal) && name.EndsWith(']') && name[6..^1].All(char.IsAsciiDigit)) ? "image"
        : null;
}
