// The shortcodes people use most; any other keeps its colons, as Slack does
// for an emoji that a workspace does not have.

const TABLE = `
+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|wave 👋|clap 👏|pray 🙏|muscle 💪|raised_hands 🙌|ok_hand 👌
point_right 👉|point_down 👇|eyes 👀|smile 😄|slightly_smiling_face 🙂|grinning 😀|joy 😂|wink 😉
thinking_face 🤔|neutral_face 😐|disappointed 😞|cry 😢|heart ❤️|tada 🎉|sparkles ✨|fire 🔥|rocket 🚀|star ⭐
star2 🌟|zap ⚡|bulb 💡|bell 🔔|no_bell 🔕|lock 🔒|unlock 🔓|key 🔑|pushpin 📌|paperclip 📎|link 🔗
white_check_mark ✅|heavy_check_mark ✔️|ballot_box_with_check ☑️|x ❌|negative_squared_cross_mark ❎
warning ⚠️|rotating_light 🚨|no_entry ⛔|no_entry_sign 🚫|octagonal_sign 🛑|question ❓|grey_question ❔|exclamation ❗
information_source ℹ️|hourglass ⌛|hourglass_flowing_sand ⏳|stopwatch ⏱️|alarm_clock ⏰|timer_clock ⏲️|clock1 🕐
clock9 🕘|calendar 📆|date 📅|spiral_calendar_pad 🗓️|memo 📝|pencil 📝|pencil2 ✏️|clipboard 📋|page_facing_up 📄
receipt 🧾|file_folder 📁|open_file_folder 📂|books 📚|book 📖|bar_chart 📊|chart_with_upwards_trend 📈
chart_with_downwards_trend 📉|moneybag 💰|euro 💶|pound 💷|dollar 💵|credit_card 💳|briefcase 💼|package 📦
inbox_tray 📥|outbox_tray 📤|email 📧|envelope ✉️|speech_balloon 💬|telephone_receiver 📞|wrench 🔧|hammer_and_wrench 🛠️
gear ⚙️|robot_face 🤖|mag 🔍|mag_right 🔎|ticket 🎫|label 🏷️|dart 🎯|trophy 🏆|seedling 🌱|palm_tree 🌴|sunny ☀️|coffee ☕
red_circle 🔴|large_orange_circle 🟠|large_yellow_circle 🟡|large_green_circle 🟢|large_blue_circle 🔵
large_purple_circle 🟣|white_circle ⚪|black_circle ⚫|large_orange_diamond 🔶|large_blue_diamond 🔷
small_red_triangle 🔺|small_red_triangle_down 🔻|arrow_up ⬆️|arrow_down ⬇️|arrow_right ➡️|arrow_left ⬅️
arrows_counterclockwise 🔄|repeat 🔁|double_vertical_bar ⏸️|pause_button ⏸️|black_square_for_stop ⏹️|arrow_forward ▶️
heavy_plus_sign ➕|heavy_minus_sign ➖|bust_in_silhouette 👤|busts_in_silhouette 👥|office 🏢|house 🏠|mailbox 📫|battery 🔋|white_large_square ⬜`;

const EMOJI = new Map(TABLE.trim().split(/[|\n]/).map((pair) => pair.split(" ")));

export function emoji(name) {
  // A skin tone follows as ":+1::skin-tone-2:"; the plain hand is enough here.
  return EMOJI.get(name.split("::")[0]) || "";
}
