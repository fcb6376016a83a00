using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ImageGateway.Tests.Fuzzing;

/// <summary>Makes hostile inputs out of real ones: changes of bytes, of pieces between separators, and of the structure of JSON.</summary>
internal sealed class Mutator(Random random)
{
    private static readonly long[] Numbers = [0, 1, -1, 10, 16, 17, 127, 128, 255, 256, 4095, 4096, 32767, 65535, 65536, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue, long.MinValue];

    private static readonly byte[][] Words =
    [
        .. ((string[])[
            "\r\n", "\n", "\r", "\0", " ", "\t", ",", ";", ":", "=", "\"", "\\", "/", "%00", "%2f", "..", "--", "{", "}", "[", "]", "null", "true",
            "\uFEFF", "\u202E", "🦊", "e\u0301", "data:", "event: error\n", "\\u0000", "\\ud800", "\\udfff", "\\u00", "1e400", "-0", "image", "image[]", "mask", "prompt", "filename=\"", "*=utf-8''",
        ]).Select(Encoding.UTF8.GetBytes),
        [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82],
    ];

    private static readonly byte[][] Values =
    [
        .. ((string[])[
            "null", "true", "false", "{}", "[]", "\"\"", "0", "-0", "-1", "1.0", "1e2", "1e400", "-1e-400", "99999999999999999999999999999", "2147483648", "NaN", "\"auto\"", "\"high\"", "\"draft\"",
            "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"a\\u0000b\"", "\"🦊\"", "\"\\ud83e\\udd8a\"", "\" \"", "\"\\r\\nx: y\"", "{\"image_url\":\"\\ud800\"}", "{\"file_id\":\"\\ud800\"}", "{\"\\ud800\":1}",
            "{\"a\":1,\"a\":2}", "[{}]", "[[]]", "[{\"image_url\":\"https://[::1]/\"}]", "\"https://127.0.0.1/x\"", "\"data:,\"", "\"data:image/png;base64,\"",
        ]).Select(Encoding.UTF8.GetBytes),
        [(byte)'"', 0xFF, (byte)'"'], [(byte)'"', 0xC0, 0x80, (byte)'"'], [(byte)'"', 0xED, 0xA0, 0x80, (byte)'"'],
    ];

    /// <summary>A few changes of bytes: flipped, overwritten, inserted, deleted, repeated, cut, or continued with a piece of <paramref name="other"/>.</summary>
    public byte[] Bytes(byte[] input, byte[] other)
    {
        for (var changes = random.Next(1, 6); changes > 0; changes--)
            input = Change(input, other);
        return input;
    }

    /// <summary>Drops, repeats, moves or changes pieces between separators, and now and then writes another separator.</summary>
    public byte[] Pieces(byte[] input, params string[] separators)
    {
        var separator = Encoding.Latin1.GetBytes(random.Pick(separators));
        var pieces = Split(input, separator);
        for (var changes = random.Next(1, 4); changes > 0 && pieces.Count > 0; changes--)
        {
            var at = random.Next(pieces.Count);
            switch (random.Next(6))
            {
                case 0: pieces.RemoveAt(at); break;
                case 1: pieces.Insert(at, pieces[random.Next(pieces.Count)]); break;
                case 2: (pieces[at], pieces[^1]) = (pieces[^1], pieces[at]); break;
                case 3: pieces[at] = Change(pieces[at], input); break;
                case 4: pieces.InsertRange(at, Enumerable.Repeat(pieces[at], random.Pick(2, 20, 200))); break;
                default: pieces[at] = [.. pieces[at], .. random.Chance(50) ? separator : random.Pick(Words), .. pieces[random.Next(pieces.Count)]]; break;
            }
        }
        return [.. pieces.SelectMany((piece, i) => i == 0 ? piece : (byte[])[.. random.Chance(97) ? separator : random.Pick(Words), .. piece])];
    }

    /// <summary>Changes of structure: a value of another type or out of any range, a member dropped, repeated or renamed, deep nesting.</summary>
    public byte[] Json(byte[] input)
    {
        for (var changes = random.Next(1, 4); changes > 0 && Places(input) is { Count: > 0 } places; changes--)
        {
            var (name, start, end) = random.Pick([.. places]);
            var value = input[start..end];
            input = random.Next(7) switch
            {
                0 when name >= 0 => Replaced(input, name, end, []),
                1 when name >= 0 => Replaced(input, end, end, [(byte)',', .. input[name..end]]),
                2 when name >= 0 => Replaced(input, name + 1, name + 1, random.Pick(Words)),
                3 => Replaced(input, start, end, Nested(value)),
                4 => Replaced(input, start, end, Text()),
                5 when random.Pick([.. places]) is var (_, from, to) => Replaced(input, start, end, input[from..to]),
                _ => Replaced(input, start, end, random.Pick(Values)),
            };
        }
        return input;
    }

    private byte[] Change(byte[] input, byte[] other)
    {
        var (at, length) = (random.Next(input.Length + 1), random.Pick(1, 2, 4, 16, 100));
        var end = Math.Min(input.Length, at + random.Next(length + 1));
        return random.Next(9) switch
        {
            0 => input.Length == 0 ? [0] : Replaced(input, at %= input.Length, at + 1, [(byte)(input[at] ^ (1 << random.Next(8)))]),
            1 => Replaced(input, at, end, random.Bytes(end - at)),
            2 => Replaced(input, at, at, random.Bytes(length)),
            3 => Replaced(input, at, end, []),
            4 => Replaced(input, at, at, input[at..end]),
            5 => input[..at],
            6 => [.. input[..at], .. other[random.Next(other.Length + 1)..]],
            7 => Replaced(input, at, Math.Min(input.Length, at + 4), Number()),
            _ => Replaced(input, at, random.Chance(50) ? at : end, random.Pick(Words)),
        };
    }

    private byte[] Number()
    {
        var number = random.Pick(Numbers);
        var bytes = new byte[8];
        if (random.Chance(30))
            return Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture));
        if (random.Chance(50))
            BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        else
            BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return random.Chance(50) ? bytes[4..] : bytes[..random.Pick(1, 2, 3, 4)];
    }

    private byte[] Nested(byte[] value)
    {
        var (depth, isArray) = (random.Pick(1, 7, 61, 62, 63, 64, 65, 2000), random.Chance(50));
        var (open, close) = isArray ? ("[", "]") : ("{\"a\":", "}");
        return [.. Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(open, depth))), .. value, .. Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(close, depth)))];
    }

    private byte[] Text() => [(byte)'"', .. Enumerable.Repeat(random.Pick("x"u8.ToArray(), "🦊"u8.ToArray(), "e\u0301"u8.ToArray(), "\\u0041"u8.ToArray()), random.Pick(1, 63, 64, 65, 255, 257, 513, 5000)).SelectMany(letter => letter), (byte)'"'];

    // Where values stand, and the names of those that are members; none when it is not JSON.
    private static List<(int Name, int Start, int End)> Places(byte[] json)
    {
        var (places, open, name) = (new List<(int, int, int)>(), new Stack<(int, int)>(), -1);
        try
        {
            var reader = new Utf8JsonReader(json);
            while (reader.Read())
            {
                var start = (int)reader.TokenStartIndex;
                if (reader.TokenType == JsonTokenType.PropertyName)
                    name = start;
                else if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                    (open, name) = (Pushed(open, (name, start)), -1);
                else if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray && open.Pop() is var (of, from))
                    (places, name) = (Added(places, (of, from, (int)reader.BytesConsumed)), -1);
                else
                    (places, name) = (Added(places, (name, start, (int)reader.BytesConsumed)), -1);
            }
        }
        catch (JsonException)
        {
            // What was found so far can be changed all the same.
        }
        return places;
    }

    private static Stack<T> Pushed<T>(Stack<T> stack, T item)
    {
        stack.Push(item);
        return stack;
    }

    private static List<T> Added<T>(List<T> list, T item)
    {
        list.Add(item);
        return list;
    }

    private static List<byte[]> Split(byte[] input, byte[] separator)
    {
        var (pieces, from) = (new List<byte[]>(), 0);
        for (int at; (at = input.AsSpan(from).IndexOf(separator)) >= 0; from += at + separator.Length)
            pieces.Add(input[from..(from + at)]);
        pieces.Add(input[from..]);
        return pieces;
    }

    private static byte[] Replaced(byte[] input, int start, int end, byte[] with) => [.. input.AsSpan(0, start), .. with, .. input.AsSpan(end)];
}
