using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace ImageGateway.Simulator.Requests;

/// <summary>Reads a request's body, JSON or multipart, without validating its members.</summary>
internal static class BodyReader
{
    public static async Task<RequestBody> ReadAsync(HttpRequest request, Func<Dictionary<string, JsonElement>, List<InputFile>> pictures, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
            throw ProviderErrors.UnsupportedContentType(request.ContentType);
        if (type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
            return await ReadMultipartAsync(request, type, cancellationToken);
        if (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase))
            return await ReadJsonAsync(request, pictures, cancellationToken);
        throw ProviderErrors.UnsupportedContentType(request.ContentType);
    }

    private static async Task<RequestBody> ReadJsonAsync(HttpRequest request, Func<Dictionary<string, JsonElement>, List<InputFile>> pictures, CancellationToken cancellationToken)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(request.Body, cancellationToken: cancellationToken);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw ProviderErrors.MalformedJson();
            var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
            foreach (var member in document.RootElement.EnumerateObject())
                members[member.Name] = member.Value.Clone();
            return new RequestBody(IsMultipart: false, members, pictures(members));
        }
        catch (JsonException)
        {
            throw ProviderErrors.MalformedJson();
        }
    }

    private static async Task<RequestBody> ReadMultipartAsync(HttpRequest request, MediaTypeHeaderValue type, CancellationToken cancellationToken)
    {
        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        var files = new List<InputFile>();
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
        if (boundary.Length == 0)
            throw ProviderErrors.MalformedMultipart();
        try
        {
            var reader = new MultipartReader(boundary, request.Body);
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
                await ReadPartAsync(section, members, files, cancellationToken);
            return new RequestBody(IsMultipart: true, members, files);
        }
        // Lost connections are derived types; the reader's own error for a missing boundary is a plain IOException.
        catch (Exception broken) when (broken is InvalidDataException || broken.GetType() == typeof(IOException))
        {
            throw ProviderErrors.MalformedMultipart();
        }
    }

    private static async Task ReadPartAsync(MultipartSection section, Dictionary<string, JsonElement> members, List<InputFile> files, CancellationToken cancellationToken)
    {
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
            return;
        var name = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
        using var bytes = new MemoryStream();
        await section.Body.CopyToAsync(bytes, cancellationToken);
        var content = bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
        if (disposition.IsFileDisposition())
            files.Add(InputFile.From(name, HeaderUtilities.RemoveQuotes(disposition.FileName).ToString(), section.ContentType, content.Span));
        else
            members[name] = JsonSerializer.SerializeToElement(System.Text.Encoding.UTF8.GetString(content.Span), SimulatorJson.Default.String);
    }
}
