using System.Buffers;
using System.Text.Json;
using ImageGateway.Images;

namespace ImageGateway.Api.Reading;

/// <summary>Reads a whole JSON body and notes the positions of its top-level members.</summary>
internal static class JsonBodyReader
{
    private const int MaxMembers = 256;

    // The number of connections bounds small bodies; only larger ones count against the budget.
    private const int Counted = BlockPool.BlockSize;

    /// <summary>The body, at most <paramref name="limit"/> bytes; the caller disposes it.</summary>
    public static async Task<JsonBody> ReadAsync(HttpRequest request, long limit, BufferBudget budget, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(request.ContentLength ?? 4096, limit) + 1);
        var (length, counted) = (0, 0);
        try
        {
            while (true)
            {
                if (buffer.Length > Counted && buffer.Length > counted)
                    counted = Count(budget, buffer.Length, counted);
                var read = await request.Body.ReadAsync(buffer.AsMemory(length), cancellationToken);
                if (read == 0)
                    break;
                length += read;
                if (length > limit)
                    throw JobReader.TooLarge(limit);
                if (length == buffer.Length)
                    buffer = Grown(buffer);
            }
            var held = counted;
            return new JsonBody(buffer, length, Members(buffer.AsSpan(0, length)), () => budget.Return(held));
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            budget.Return(counted);
            throw;
        }
    }

    private static int Count(BufferBudget budget, int size, int counted) => budget.TryTake(size - counted) ? size
        : throw new GatewayException(new GatewayError(ErrorKind.Overloaded, "Too many large requests are held in memory now. Please try again.") { RetryAfter = TimeSpan.FromSeconds(1) });

    private static byte[] Grown(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    private static List<JsonMember> Members(ReadOnlySpan<byte> body)
    {
        try
        {
            return Index(body);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The reader's message may quote the body, so it is not shown.
            var where = e is JsonException json ? $" (line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1})" : "";
            throw new GatewayException(new GatewayError(ErrorKind.InvalidJson, $"The request body is not valid JSON{where}."), e);
        }
    }

    private static List<JsonMember> Index(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new GatewayException(ErrorKind.InvalidJson, "The request body must be a JSON object.");
        var members = new List<JsonMember>(12);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (name, start) = (reader.GetString()!, (int)reader.TokenStartIndex);
            reader.Read();
            var value = (int)reader.TokenStartIndex;
            reader.Skip();
            // Two readers may pick different ones of a duplicate: one for the price, the other for the image.
            if (Stands(name, members))
                throw new GatewayException(ErrorKind.InvalidJson, $"The member '{GatewayException.Shortened(name)}' appears twice in the request body.", GatewayException.Shortened(name));
            if (members.Count == MaxMembers)
                throw new GatewayException(ErrorKind.InvalidJson, $"The request body has more than {MaxMembers} members.");
            members.Add(new JsonMember(name, start, value, (int)reader.BytesConsumed));
        }
        // Anything after the object is an error too.
        reader.Read();
        return members;
    }

    private static bool Stands(string name, List<JsonMember> members)
    {
        foreach (var member in members)
        {
            if (member.Name == name)
                return true;
        }
        return false;
    }
}
